import { cloudflareTest } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'
import { textImports } from './tools/text-imports.ts'

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
        },
      },
      {
        plugins: [textImports()],
        test: {
          name: 'node',
          include: ['test/**/*.node.test.ts'],
          globalSetup: ['./tools/postgres/vitest-setup.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        plugins: [cloudflareTest({ wrangler: { configPath: './wrangler.toml' } })],
        test: {
          name: 'workerd',
          include: ['test/**/*.workerd.test.ts'],
          testTimeout: 30_000,
        },
      },
    ],
  },
})
