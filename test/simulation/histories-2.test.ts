import { historiesCases } from './histories.cases.ts'

historiesCases(5_001, 10_000)
