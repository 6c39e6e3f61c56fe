import { readFile } from 'node:fs/promises'
import type { Plugin } from 'vite'

/** Files that every build compiles in as text; the same list stands in wrangler.toml under `rules`. */
export const TEXT_EXTENSIONS = ['.ftl', '.polar', '.sql'] as const

/** Vite plugin: importing a text file gives its content as the default export, as wrangler's Text rule does. */
export function textImports(): Plugin {
  return {
    name: 'acci:text-imports',
    enforce: 'pre',
    async load(id) {
      const path = id.replace(/\?.*$/, '')
      if (!TEXT_EXTENSIONS.some((extension) => path.endsWith(extension))) return null
      return `export default ${JSON.stringify(await readFile(path, 'utf8'))}`
    },
  }
}
