// Prebundles oso for workerd into vendor/oso/: `npm run postinstall` runs it after every install.
//
// oso ships CommonJS that reads its wasm file from disk, and workerd compiles no wasm at run time. The wasm is therefore
// imported statically (a compiled WebAssembly.Module in wrangler, miniflare and vitest) and instantiated with oso's own
// bundler glue. package.json "imports" selects the result under the condition "workerd"; Node runs the package itself.
//
// Plain JavaScript, so that any Node that npm runs under can run it.
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const WASM = 'polar_wasm_api_bg.wasm'
const root = dirname(dirname(fileURLToPath(import.meta.url)))
const outDir = join(root, 'vendor', 'oso')
const require = createRequire(join(root, 'package.json'))

/** @returns {Promise<typeof import('esbuild') | undefined>} undefined where development packages are left out. */
async function loadEsbuild() {
  try {
    return await import('esbuild')
  } catch (error) {
    if (error.code === 'ERR_MODULE_NOT_FOUND') return undefined
    throw error
  }
}

/** Replaces oso's import of its wasm file by an instance of the statically imported module. */
function wasmInstance(exportNames) {
  return `
    import compiled from './${WASM}'
    import * as glue from 'oso/dist/bundler/polar_wasm_api_bg.js'
    const { exports } = new WebAssembly.Instance(compiled, { './polar_wasm_api_bg.js': glue })
    export const { ${exportNames.join(', ')} } = exports`
}

const osoForWorkerd = (exportNames) => ({
  name: 'oso-for-workerd',
  setup(build) {
    // `require('util')` inside an ES module has no meaning in workerd; a static import has.
    build.onResolve({ filter: /^(util|path)$/ }, ({ path }) => ({ path, namespace: 'node-builtin' }))
    build.onLoad({ filter: /.*/, namespace: 'node-builtin' }, ({ path }) => ({
      contents: `export * from 'node:${path}'; export { default } from 'node:${path}'`,
    }))
    build.onResolve({ filter: /^\.\/polar_wasm_api_bg\.wasm$/ }, ({ namespace }) =>
      namespace === 'wasm-instance'
        ? { path: `./${WASM}`, external: true }
        : { path: 'wasm-instance', namespace: 'wasm-instance' },
    )
    build.onLoad({ filter: /.*/, namespace: 'wasm-instance' }, () => ({
      resolveDir: root,
      contents: wasmInstance(exportNames),
    }))
  },
})

const esbuild = await loadEsbuild()
if (esbuild === undefined) {
  console.log('vendor/oso: not built, esbuild is not installed. Only workerd needs it.')
} else {
  const wasmFile = require.resolve(`oso/dist/bundler/${WASM}`)
  const exported = WebAssembly.Module.exports(new WebAssembly.Module(await readFile(wasmFile)))
  await mkdir(outDir, { recursive: true })
  await esbuild.build({
    stdin: { contents: `export { Oso } from 'oso'`, resolveDir: root },
    outfile: join(outDir, 'oso.mjs'),
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    minify: true,
    legalComments: 'eof',
    logLevel: 'warning',
    external: ['node:util', 'node:path'],
    plugins: [osoForWorkerd(exported.map(({ name }) => name))],
  })
  await copyFile(wasmFile, join(outDir, WASM))
  await writeFile(join(outDir, 'oso.d.mts'), `export { Oso } from 'oso'\n`)
}
