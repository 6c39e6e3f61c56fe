/** A stand-in for Upstash before a real Redis that the project `workerd` runs beside its tests, or why there is none. */
export type UpstashAddress = { readonly url: string; readonly token: string } | { readonly notRun: string }

declare module 'vitest' {
  interface ProvidedContext {
    upstash: UpstashAddress
  }
}
