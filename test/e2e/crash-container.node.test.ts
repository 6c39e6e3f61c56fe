import { describe } from 'vitest'
import { testDatabase } from '../../tools/postgres/test-database.ts'
import { crashCases, killRounds } from './crash.cases.ts'

describe.each(killRounds(22))('container, on PostgreSQL: %i kills', (kills) => {
  const database = testDatabase()
  crashCases({ runtime: 'container', kills, databaseUrl: () => database.url })
})

describe.each(killRounds(8))('container, as it is without configuration: %i kills', (kills) => {
  crashCases({ runtime: 'container', kills })
})
