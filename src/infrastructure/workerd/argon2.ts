import { argon2id, setWASMModules } from 'argon2-wasm-edge'
import argon2WASM from 'argon2-wasm-edge/wasm/argon2.wasm'
import blake2bWASM from 'argon2-wasm-edge/wasm/blake2b.wasm'
import type { Argon2id } from '../shared/argon2-password-hasher.ts'

/** Workers compile no WebAssembly at run time: the modules are imported, and set once. */
const modules = setWASMModules({ argon2WASM, blake2bWASM })

/** argon2id in WebAssembly: `node:crypto` has none here. */
export const workerdArgon2id: Argon2id = async (password, { memory, passes, parallelism, salt }, tagLength) => {
  await modules
  return argon2id({
    password,
    salt,
    parallelism,
    iterations: passes,
    memorySize: memory,
    hashLength: tagLength,
    outputType: 'binary',
  })
}
