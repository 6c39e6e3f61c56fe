import { cloudflareTest } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'
import { textImports } from './tools/text-imports.ts'

/** For tests in workerd. Nothing answers at the database's address: who needs one that does runs in the node project. */
const EDGE_VARIABLES = {
  ACCI_PROFILE: 'development',
  ACCI_MASTER_KEY: 'A'.repeat(43),
  DATABASE_URL: 'postgresql://acci:acci@neon.test.local/acci',
  NEON_FETCH_ENDPOINT: 'http://127.0.0.1:1/sql',
}

export default defineConfig({
  test: {
    // Two cores are the machine the time budgets are written for.
    maxWorkers: 2,
    projects: [
      {
        plugins: [textImports()],
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          exclude: ['**/*.{node,workerd}.test.ts'],
          // On a machine that is busy with something else, properties take their time.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'simulation',
          include: ['test/simulation/**/*.test.ts'],
          testTimeout: 300_000,
        },
      },
      {
        plugins: [textImports()],
        test: {
          name: 'node',
          include: ['test/**/*.node.test.ts'],
          globalSetup: [
            './tools/postgres/vitest-setup.ts',
            './tools/rabbitmq/vitest-setup.ts',
            './tools/redis/vitest-setup.ts',
          ],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        plugins: [
          cloudflareTest({ wrangler: { configPath: './wrangler.toml' }, miniflare: { bindings: EDGE_VARIABLES } }),
        ],
        test: {
          name: 'workerd',
          include: ['test/**/*.workerd.test.ts'],
          globalSetup: [
            './test/support/event-store-simulator/vitest-setup.ts',
            './test/support/upstash/vitest-setup.ts',
          ],
          testTimeout: 30_000,
        },
      },
      {
        // Not part of `npm test`: needs a real server (`npm run test:eventstore`).
        test: {
          name: 'eventstore',
          include: ['test/**/*.eventstore.test.ts'],
          testTimeout: 30_000,
        },
      },
    ],
  },
})
