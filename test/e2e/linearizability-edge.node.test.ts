import { testDatabase } from '../../tools/postgres/test-database.ts'
import { linearizabilityCases } from './linearizability.cases.ts'

const database = testDatabase()
linearizabilityCases({ tool: 'tools/start.ts', kills: 6, databaseUrl: () => database.url })
