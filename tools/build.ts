import { copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { build, type Plugin } from 'esbuild'
import { ROOT, run } from './run.ts'
import { TEXT_EXTENSIONS } from './text-imports.ts'
import { treeHash } from './tree-hash.ts'

const DIST = join(ROOT, 'dist')

// Everything a bundle is made of. Installed packages count through the lock file.
const SOURCES = [
  'src',
  'policies',
  'i18n',
  'migrations',
  'vendor',
  'package.json',
  'package-lock.json',
  'tools/build.ts',
]

/** What a build made: the bundle to run, and whether it was built now (false: nothing had changed since it was). */
export interface Built {
  readonly file: string
  readonly fresh: boolean
}

const stampIn = (folder: string): Promise<string | undefined> =>
  readFile(join(folder, '.stamp'), 'utf8').catch(() => undefined)

/** Builds into a folder of its own and swaps it in when it is whole, unless the stamp of the old one says it is current. */
async function buildOnce(
  bundle: string,
  sources: readonly string[],
  make: (folder: string) => Promise<void>,
): Promise<Built> {
  const file = join(DIST, bundle)
  const current = dirname(file)
  const stamp = treeHash(ROOT, sources)
  if ((await stampIn(current)) === stamp) return { file, fresh: false }
  const next = `${current}.${process.pid}`
  await rm(next, { recursive: true, force: true })
  await mkdir(next, { recursive: true })
  try {
    await make(next)
    await writeFile(join(next, '.stamp'), stamp)
    await rm(current, { recursive: true, force: true })
    await rename(next, current)
  } catch (error) {
    // Another process may have swapped in the same build at the same instant: then it serves us too.
    if ((await stampIn(current)) !== stamp) throw error
  } finally {
    await rm(next, { recursive: true, force: true })
  }
  return { file, fresh: true }
}

/** The Worker as wrangler would deploy it: `dist/worker/worker.js`, its wasm modules beside it. */
export function buildWorker(): Promise<Built> {
  return buildOnce('worker/worker.js', [...SOURCES, 'durable-objects', 'wrangler.toml'], async (folder) => {
    const { code, output } = await run('wrangler', ['deploy', '--dry-run', '--outdir', folder])
    if (code !== 0) throw new Error(`wrangler could not build the Worker:\n${output}`)
  })
}

// Packages written for require() ask for these names, which an ES module does not have.
const BANNER = `import { createRequire as acciCreateRequire } from 'node:module';
import { dirname as acciDirname } from 'node:path';
import { fileURLToPath as acciFileURLToPath } from 'node:url';
const require = acciCreateRequire(import.meta.url);
const __filename = acciFileURLToPath(import.meta.url);
const __dirname = acciDirname(__filename);`

/**
 * oso asks for Node's REPL, for a console that nobody opens here. Loading it loads `domain`, and from then on everything that
 * emits events in the process does so by a slower way.
 */
const withoutRepl: Plugin = {
  name: 'without-repl',
  setup(bundle) {
    bundle.onResolve({ filter: /^repl$/ }, ({ path }) => ({ path, namespace: 'without-repl' }))
    bundle.onLoad({ filter: /.*/, namespace: 'without-repl' }, () => ({ contents: 'export {}' }))
  },
}

/** The container's server and the operators' command line beside it: `dist/server/{server,acci}.mjs`, for plain Node. */
export function buildServer(): Promise<Built> {
  return buildOnce('server/server.mjs', SOURCES, async (folder) => {
    const { metafile } = await build({
      entryPoints: { server: join(ROOT, 'src', 'server.ts'), acci: join(ROOT, 'src', 'cli.ts') },
      outdir: folder,
      outExtension: { '.js': '.mjs' },
      absWorkingDir: ROOT,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node22',
      sourcemap: true,
      metafile: true,
      logLevel: 'error',
      banner: { js: BANNER },
      loader: Object.fromEntries(TEXT_EXTENSIONS.map((extension) => [extension, 'text'])),
      // PGlite finds its data files beside itself; pg-native is optional and never installed; cloudflare:* is behind
      // a test for workerd inside pg.
      external: ['@electric-sql/pglite', 'pg-native', 'cloudflare:*'],
      plugins: [withoutRepl],
    })
    // oso reads its wasm file from the folder it runs in.
    const oso = Object.keys(metafile.inputs).find((input) => input.endsWith('/oso/dist/src/polar_wasm_api.js'))
    if (oso !== undefined) {
      const wasm = 'polar_wasm_api_bg.wasm'
      await copyFile(join(ROOT, oso, '..', wasm), join(folder, wasm))
    }
  })
}

if (import.meta.main) {
  for (const { file, fresh } of [await buildWorker(), await buildServer()]) {
    process.stdout.write(`${fresh ? 'built' : 'up to date'}: ${file}\n`)
  }
}
