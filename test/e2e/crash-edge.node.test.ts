import { describe } from 'vitest'
import { testDatabase } from '../../tools/postgres/test-database.ts'
import { crashCases } from './crash.cases.ts'

describe('edge, on PostgreSQL', () => {
  const database = testDatabase()
  crashCases({ tool: 'tools/start.ts', kills: 22, databaseUrl: () => database.url })
})

describe('edge, as it is without configuration', () => {
  crashCases({ tool: 'tools/start.ts', kills: 8 })
})
