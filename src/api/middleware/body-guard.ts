import { bodyLimit } from 'hono/body-limit'
import { createMiddleware } from 'hono/factory'
import { jsonTextDepth } from '#common/json.ts'
import type { AppEnv } from '../context.ts'
import { RefusalError } from '../refusal-error.ts'
import { discardBody } from './discard-body.ts'

export const MAX_BODY_BYTES = 1024 * 1024
export const MAX_JSON_DEPTH = 32

const JSON_TYPE = /^application\/(?:[a-z.-]+\+)?json\s*(?:;|$)/i
/** A character as a JSON string may hold it: itself, or its number with digits of either case. */
const spelled = (char: string) => {
  const digits = (char.codePointAt(0) ?? 0)
    .toString(16)
    .replaceAll(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`)
  return `(?:${char}|\\\\u00${digits})`
}
/** `__proto__` as a member, in any spelling JSON allows: no client needs it, and merging objects must never meet it. */
const PROTO_MEMBER = new RegExp(`"${Array.from('__proto__', spelled).join('')}"\\s*:`)

const limitBody = bodyLimit({
  maxSize: MAX_BODY_BYTES,
  onError: async (c) => {
    await discardBody(c)
    throw new RefusalError({ code: 'request.too_large', params: { max: MAX_BODY_BYTES } })
  },
})

/** Bounds a body before anything parses it: size, media type, and depth, since a parser would recurse on what is too deep. */
export const bodyGuard = createMiddleware<AppEnv>(async (c, next) => {
  if (c.req.method === 'GET' || c.req.method === 'HEAD') return next()
  const guarded = async () => {
    const text = await c.req.text()
    if (text !== '') {
      if (!JSON_TYPE.test(c.req.header('content-type') ?? ''))
        throw new RefusalError({ code: 'request.unsupported_media_type' })
      if (jsonTextDepth(text) > MAX_JSON_DEPTH)
        throw new RefusalError({ code: 'request.too_deep', params: { max: MAX_JSON_DEPTH } })
      if (PROTO_MEMBER.test(text)) throw new RefusalError({ code: 'request.unreadable' })
    }
    await next()
  }
  // What says its size is read at once, and as what comes: only the other way needs a stream, which costs as much as the rest.
  const told = c.req.header('transfer-encoding') === undefined ? c.req.header('content-length') : undefined
  return told !== undefined && Number(told) <= MAX_BODY_BYTES ? guarded() : limitBody(c, guarded)
})
