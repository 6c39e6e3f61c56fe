// Files that are compiled in: as text by wrangler's Text rules, by the esbuild loaders of tools/build.ts and by the
// plugin of vitest.config.ts. The workerd programs take the same declarations from worker-configuration.d.ts.
declare module '*.ftl' {
  const text: string
  export default text
}

declare module '*.polar' {
  const text: string
  export default text
}

declare module '*.sql' {
  const text: string
  export default text
}

declare module '*.wasm' {
  const module: WebAssembly.Module
  export default module
}
