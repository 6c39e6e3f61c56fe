import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { Compression } from '#domain/writer/snapshot.ts'

/** Raw deflate over `node:zlib`, which both runtimes have, in its synchronous form. */
export const nodeCompression: Compression = {
  compress: (text) => deflateRawSync(Buffer.from(text)).toString('base64url'),
  decompress: (compressed) => inflateRawSync(Buffer.from(compressed, 'base64url')).toString(),
}
