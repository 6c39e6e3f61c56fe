import { describe } from 'vitest'
import { nodeArgon2id } from '#infrastructure/node/argon2.ts'
import { nodeCryptography } from '#infrastructure/shared/node-cryptography.ts'
import { accessTokensContract } from '../contract/access-tokens.contract.ts'
import { cryptographyContract } from '../contract/cryptography.contract.ts'
import { passwordHasherContract } from '../contract/password-hasher.contract.ts'

describe('Node', () => {
  cryptographyContract(nodeCryptography)
  passwordHasherContract(nodeArgon2id)
  accessTokensContract()
})
