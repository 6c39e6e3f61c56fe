import { describe } from 'vitest'
import { nodeCryptography } from '#infrastructure/shared/node-cryptography.ts'
import { workerdArgon2id } from '#infrastructure/workerd/argon2.ts'
import { accessTokensContract } from '../contract/access-tokens.contract.ts'
import { cryptographyContract } from '../contract/cryptography.contract.ts'
import { passwordHasherContract } from '../contract/password-hasher.contract.ts'

describe('workerd', () => {
  cryptographyContract(nodeCryptography)
  passwordHasherContract(workerdArgon2id)
  accessTokensContract()
})
