import { createOsoPolicy } from '#infrastructure/shared/oso-policy.ts'
import { rememberDecisions } from '#infrastructure/shared/remembered-decisions.ts'
import { policyContract } from './contract/policy.contract.ts'
import { policyFiles } from './support/policy-files.ts'

policyContract(() => createOsoPolicy(policyFiles()))
policyContract(async () => rememberDecisions(await createOsoPolicy(policyFiles()), policyFiles()))
