import { createOsoPolicy } from '#infrastructure/shared/oso-policy.ts'
import { POLICY_SOURCES } from '../policies/index.ts'
import { policyContract } from './contract/policy.contract.ts'

policyContract(() => createOsoPolicy(POLICY_SOURCES))
