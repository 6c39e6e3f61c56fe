import { describe } from 'vitest'
import { testDatabase } from '../../tools/postgres/test-database.ts'
import { crashCases, killRounds } from './crash.cases.ts'

describe.each(killRounds(22))('edge, on PostgreSQL: %i kills', (kills) => {
  const database = testDatabase()
  crashCases({ runtime: 'edge', kills, databaseUrl: () => database.url })
})

describe.each(killRounds(8))('edge, as it is without configuration: %i kills', (kills) => {
  crashCases({ runtime: 'edge', kills })
})
