import { createOsoPolicy } from '#infrastructure/shared/oso-policy.ts'
import { rememberDecisions } from '#infrastructure/shared/remembered-decisions.ts'
import { POLICY_SOURCES } from '../policies/index.ts'
import { policyContract } from './contract/policy.contract.ts'

policyContract(() => createOsoPolicy(POLICY_SOURCES))
policyContract(async () => rememberDecisions(await createOsoPolicy(POLICY_SOURCES), POLICY_SOURCES))
