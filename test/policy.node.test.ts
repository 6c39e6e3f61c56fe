import { createOsoPolicy } from '#infrastructure/shared/oso-policy.ts'
import { policyContract } from './contract/policy.contract.ts'
import { policyFiles } from './support/policy-files.ts'

policyContract(() => createOsoPolicy(policyFiles()))
