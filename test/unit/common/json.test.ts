import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson, isStorableJson, jsonEquals, jsonTextDepth, mergePatch, type Json } from '#common/json.ts'

const anyJson = fc.jsonValue().map((value) => value as Json) // what it makes is JSON

describe('canonicalJson', () => {
  it('writes the example of RFC 8785, section 3.2.2', () => {
    const text = String.raw`{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}`
    expect(canonicalJson(JSON.parse(text) as Json)).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    )
  })

  it('sorts members by UTF-16 code units, as RFC 8785, section 3.2.3', () => {
    const text = String.raw`{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}`
    const sorted = JSON.parse(canonicalJson(JSON.parse(text) as Json)) as object
    expect(canonicalJson(JSON.parse(text) as Json).match(/"(?=[A-Z])[^"]*"/g)).toEqual(
      [
        'Carriage Return',
        'One',
        'Control',
        'Latin Small Letter O With Diaeresis',
        'Euro Sign',
        'Emoji: Grinning Face',
        'Hebrew Letter Dalet With Dagesh',
      ].map((name) => `"${name}"`),
    )
    expect(sorted).toEqual(JSON.parse(text))
  })

  it.each([
    [-0, '0'],
    [5e-324, '5e-324'],
    [1.7976931348623157e308, '1.7976931348623157e+308'],
    [9007199254740992, '9007199254740992'],
    [295147905179352830000, '295147905179352830000'],
    [1e21, '1e+21'],
    [999999999999999900000, '999999999999999900000'],
    [0.000001, '0.000001'],
    [1e-7, '1e-7'],
  ])('writes the number %d as %s (RFC 8785, appendix B)', (number, text) => {
    expect(canonicalJson(number)).toBe(text)
  })

  it('leaves absent members out, and keeps null', () => {
    expect(canonicalJson({ b: undefined, a: null, c: [] })).toBe('{"a":null,"c":[]}')
    expect(canonicalJson({ a: undefined })).toBe('{}')
  })

  it('is the same for any order of members, and stands a round trip', () => {
    const shuffled = (value: Json): Json => {
      if (value === null || typeof value !== 'object') return value
      if (Array.isArray(value)) return value.map((item: Json) => shuffled(item))
      return Object.fromEntries(
        Object.entries(value)
          .toReversed()
          .map(([key, member]) => [key, shuffled(member ?? null)]),
      )
    }
    fc.assert(
      fc.property(anyJson, (value) => {
        const text = canonicalJson(value)
        expect(canonicalJson(shuffled(value))).toBe(text)
        expect(canonicalJson(JSON.parse(text) as Json)).toBe(text)
        expect(jsonEquals(value, JSON.parse(text) as Json)).toBe(true)
      }),
    )
  })

  it('tells values apart that only look alike', () => {
    expect(jsonEquals({ a: '1' }, { a: 1 })).toBe(false)
    expect(jsonEquals([1, 2], [2, 1])).toBe(false)
    expect(jsonEquals({}, undefined)).toBe(false)
    expect(jsonEquals(null, undefined)).toBe(false)
    expect(jsonEquals(undefined, undefined)).toBe(true)
    expect(jsonEquals({ a: undefined }, {})).toBe(true)
  })
})

describe('jsonTextDepth', () => {
  const depthOf = (value: Json): number =>
    value !== null && typeof value === 'object'
      ? 1 + Math.max(0, ...Object.values(value).map((member) => depthOf(member ?? null)))
      : 0

  it('finds the depth of any value', () => {
    fc.assert(
      fc.property(anyJson, (value) => {
        expect(jsonTextDepth(JSON.stringify(value, undefined, 1))).toBe(depthOf(value))
      }),
    )
  })

  it('does not count brackets in strings, however they are escaped', () => {
    expect(jsonTextDepth(String.raw`{"[[[\"[[[":"]]\\","a":["\\\"[",1]}`)).toBe(2)
    expect(jsonTextDepth(String.raw`["\u005b[[["]`)).toBe(1)
  })

  it('measures a million brackets without recursion', () => {
    expect(jsonTextDepth('['.repeat(1_000_000))).toBe(1_000_000)
    expect(jsonTextDepth(`${'{"a":'.repeat(200_000)}1`)).toBe(200_000)
  })

  it('gives no credit for brackets closed in advance', () => {
    expect(jsonTextDepth(`${']'.repeat(100)}${'['.repeat(40)}`)).toBe(40)
  })
})

describe('mergePatch', () => {
  // RFC 7396, appendix A.
  it.each([
    ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
    ['{"a":"b"}', '{"a":null}', '{}'],
    ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
    ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
    ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
    ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
    ['["a","b"]', '["c","d"]', '["c","d"]'],
    ['{"a":"b"}', '["c"]', '["c"]'],
    ['{"a":"foo"}', 'null', 'null'],
    ['{"a":"foo"}', '"bar"', '"bar"'],
    ['{"e":null}', '{"a":1}', '{"e":null,"a":1}'],
    ['[1,2]', '{"a":"b","c":null}', '{"a":"b"}'],
    ['{}', '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
  ])('%s patched with %s is %s', (target, patch, result) => {
    expect(mergePatch(JSON.parse(target) as Json, JSON.parse(patch) as Json)).toEqual(JSON.parse(result))
  })

  it('makes an object of nothing', () => {
    expect(mergePatch(undefined, { a: { b: null } })).toEqual({ a: {} })
  })

  it('takes names of the prototype for names like any other', () => {
    const patch = JSON.parse('{"__proto__":{"isAdmin":true},"constructor":{"name":"x"},"toString":null}') as Json
    const merged = mergePatch({ a: 1 }, patch) as Record<string, Json>
    expect(merged['isAdmin']).toBeUndefined()
    expect(JSON.stringify(merged)).toBe('{"a":1,"__proto__":{"isAdmin":true},"constructor":{"name":"x"}}')
    expect(Object.getPrototypeOf(merged)).toBe(Object.prototype)
    expect(({} as Record<string, unknown>)['isAdmin']).toBeUndefined()
  })

  it('changes neither target nor patch', () => {
    const target = { a: { b: 1 } }
    mergePatch(target, { a: { b: null } })
    expect(target).toEqual({ a: { b: 1 } })
  })

  it('is idempotent', () => {
    fc.assert(
      fc.property(anyJson, anyJson, (target, patch) => {
        const once = mergePatch(target, patch)
        expect(mergePatch(once, patch)).toEqual(once)
      }),
    )
  })
})

describe('isStorableJson', () => {
  it.each<[string, Json]>([
    ['U+0000', ['a\u0000b']],
    ['U+0000 in a name', { 'a\u0000': 1 }],
    ['half a surrogate pair', { a: { b: '\ud83d' } }],
    ['half a surrogate pair in a name', { '\ude00': 1 }],
    ['an infinite number', [[JSON.parse('1e999') as Json]]],
    ['__proto__', JSON.parse('{"a":{"__proto__":1}}') as Json],
  ])('refuses %s', (_what, value) => {
    expect(isStorableJson(value)).toBe(false)
  })

  it('takes everything else', () => {
    expect(isStorableJson({ a: [null, true, 1.5, '😀\u0001', { b: undefined }] })).toBe(true)
  })
})
