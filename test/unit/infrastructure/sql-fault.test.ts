import { expect, it } from 'vitest'
import { UnavailableFault } from '#common/unavailable-fault.ts'
import { sqlFault, sqlState } from '#infrastructure/postgres/sql-session.ts'

const withCode = (code: string) => Object.assign(new Error('as the driver says it'), { code, detail: 'a value' })

it.each([
  ['a connection that is refused', withCode('ECONNREFUSED')],
  ['a connection that ends', new Error('Connection terminated unexpectedly')],
  ['a server that stops', withCode('57P01')],
  ['a server that starts', withCode('57P03')],
  ['a statement that takes too long', withCode('57014')],
  ['a full disk', withCode('53100')],
  ['too many connections', withCode('53300')],
  ['a disk that fails', withCode('58030')],
  ['a lost connection', withCode('08006')],
])('%s is a database that is unavailable', (_, fault) => {
  expect(sqlFault(fault)).toBeInstanceOf(UnavailableFault)
})

it.each([
  ['a division by zero', withCode('22012')],
  ['a unique key taken', withCode('23505')],
  ['no privilege', withCode('42501')],
  ['a code of the product’s own', withCode('AC001')],
])('%s is a fault of the request, not of the database', (_, fault) => {
  expect(sqlFault(fault)).not.toBeInstanceOf(UnavailableFault)
  expect(sqlState(sqlFault(fault))).toBe(sqlState(fault))
})

it('keeps what a driver tells of values to itself', () => {
  for (const fault of [withCode('23505'), withCode('53100')])
    expect(JSON.stringify(Object.entries(sqlFault(fault)))).not.toContain('a value')
})
