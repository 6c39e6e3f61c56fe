import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PolicySource } from '#infrastructure/shared/oso-policy.ts'

const FOLDER = join(import.meta.dirname, '../../policies')

/** Every `*.polar` file on disk, by its path below `policies/`. */
export const policyFiles = (): PolicySource[] =>
  globSync('**/*.polar', { cwd: FOLDER })
    .toSorted()
    .map((name) => ({ name, text: readFileSync(join(FOLDER, name), 'utf8') }))

/** The seed's example, word for word (seed lines 2953-2966). */
export const seedPolicy = (): string => readFileSync(join(import.meta.dirname, '../fixtures/seed-policy.polar'), 'utf8')
