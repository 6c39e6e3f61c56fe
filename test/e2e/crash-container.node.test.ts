import { describe } from 'vitest'
import { testDatabase } from '../../tools/postgres/test-database.ts'
import { crashCases } from './crash.cases.ts'

describe('container, on PostgreSQL', () => {
  const database = testDatabase()
  crashCases({ tool: 'tools/start-container.ts', kills: 22, databaseUrl: () => database.url })
})

describe('container, as it is without configuration', () => {
  crashCases({ tool: 'tools/start-container.ts', kills: 8 })
})
