import { historiesCases } from './histories.cases.ts'

historiesCases(1, 5_000)
