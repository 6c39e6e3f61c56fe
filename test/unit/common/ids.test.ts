import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeUuid, idSuffix, PLATFORM_TENANT_ID, TenantId, UserId } from '#common/ids.ts'
import { newId } from '#domain/new-id.ts'

const bytesOf = (uuid: string) => Uint8Array.from(Buffer.from(uuid.replaceAll('-', ''), 'hex'))

describe('encodeUuid', () => {
  // The vectors of the TypeID specification (jetpack-io/typeid, spec/valid.yml).
  it.each([
    ['00000000-0000-0000-0000-000000000000', '00000000000000000000000000'],
    ['00000000-0000-0000-0000-000000000001', '00000000000000000000000001'],
    ['00000000-0000-0000-0000-00000000000a', '0000000000000000000000000a'],
    ['00000000-0000-0000-0000-000000000010', '0000000000000000000000000g'],
    ['00000000-0000-0000-0000-000000000020', '00000000000000000000000010'],
    ['ffffffff-ffff-ffff-ffff-ffffffffffff', '7zzzzzzzzzzzzzzzzzzzzzzzzz'],
    ['0110c853-1d09-52d8-d73e-1194e95b5f19', '0123456789abcdefghjkmnpqrs'],
    ['01890a5d-ac96-774b-bcce-b302099a8057', '01h455vb4pex5vsknk084sn02q'],
  ])('writes %s as %s', (uuid, text) => {
    expect(encodeUuid(bytesOf(uuid))).toBe(text)
  })

  it('keeps the order of the bytes, and one text for one value', () => {
    const uuid = fc.uint8Array({ minLength: 16, maxLength: 16 })
    fc.assert(
      fc.property(uuid, uuid, (a, b) => {
        const [left, right] = [encodeUuid(a), encodeUuid(b)]
        expect(Math.sign(Buffer.compare(a, b))).toBe(left < right ? -1 : left > right ? 1 : 0)
      }),
    )
  })
})

describe('ids', () => {
  it('take their own prefix and alphabet only', () => {
    const id = newId.tenant()
    expect(TenantId.safeParse(id).success).toBe(true)
    expect(UserId.safeParse(id).success).toBe(false)
    const suffix = idSuffix(id)
    for (const wrong of [
      `ten_8${suffix.slice(1)}`,
      `ten_${suffix.slice(1)}`,
      `ten_${suffix}0`,
      `ten_${suffix.slice(0, -1)}i`,
      `TEN_${suffix}`,
      `ten_${suffix}\n`,
      suffix,
    ]) {
      expect(TenantId.safeParse(wrong).success, wrong).toBe(false)
    }
  })

  it('sort in the order of their making', () => {
    const made = Array.from({ length: 1_000 }, () => newId.user())
    expect(made.toSorted()).toEqual(made)
    expect(new Set(made).size).toBe(made.length)
  })

  it('reserve the nil id for the platform tenant', () => {
    expect(PLATFORM_TENANT_ID).toBe(`ten_${'0'.repeat(26)}`)
  })
})
