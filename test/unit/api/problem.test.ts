import { describe, expect, it } from 'vitest'
import { ERRORS, type ErrorCode } from '#common/errors.ts'
import { LANGUAGES } from '#api/i18n/languages.ts'
import { faultProblem, problemOf } from '#api/problem.ts'

const context = { requestId: 'req_1' }

describe('a problem document', () => {
  it('says what happened in the language of the caller', () => {
    expect(problemOf({ code: 'user.quota_exceeded', params: { max: 1_000 } }, 'de', context)).toEqual({
      status: 409,
      headers: { 'Content-Type': 'application/problem+json', 'Content-Language': 'de' },
      body: {
        type: 'urn:acci:problem:user.quota_exceeded',
        title: 'Kein Platz frei',
        status: 409,
        detail: 'Es ist kein Platz mehr frei: Der Mandant hat 1.000 Plätze.',
        code: 'user.quota_exceeded',
        requestId: 'req_1',
      },
    })
  })

  it('names each faulty field by its pointer', () => {
    const { body } = problemOf(
      {
        code: 'validation.failed',
        fields: [
          { pointer: '/name', code: 'tenant.invalid_name', params: { min: 3, max: 50 } },
          { pointer: '/email', code: 'validation.required' },
        ],
      },
      'fr',
      context,
    )
    expect(body.detail).toBe('La requête n’est pas valide.')
    expect(body.errors).toEqual([
      { pointer: '/name', code: 'tenant.invalid_name', detail: 'Le nom doit comporter de 3 à 50 caractères.' },
      { pointer: '/email', code: 'validation.required', detail: 'Ce champ est obligatoire.' },
    ])
  })

  it('says when to come back', () => {
    const { headers, status } = problemOf({ code: 'consistency.not_reached', retryAfter: 1 }, 'en', context)
    expect([status, headers['Retry-After']]).toEqual([503, '1'])
  })

  it('asks for a bearer token with every 401', () => {
    const { headers } = problemOf({ code: 'unauthenticated' }, 'en', context)
    expect(headers['WWW-Authenticate']).toBe('Bearer')
  })

  it('names its occurrence when there is a name for it', () => {
    expect(problemOf({ code: 'route.not_found' }, 'en', { ...context, instance: '/nowhere' }).body.instance).toBe(
      '/nowhere',
    )
    expect(problemOf({ code: 'route.not_found' }, 'en', context).body).not.toHaveProperty('instance')
  })

  it('is in English when the request failed before its language was known', () => {
    const { headers, body } = problemOf({ code: 'route.not_found' }, undefined, context)
    expect([headers['Content-Language'], body.detail]).toEqual(['en', 'There is nothing at this address.'])
  })

  // The keys are the whole table, which is what the type says.
  it.each(Object.keys(ERRORS) as ErrorCode[])(
    'exists for %s in every language, with the status of the catalogue',
    (code) => {
      for (const language of LANGUAGES) {
        const { status, body } = problemOf({ code }, language, context)
        expect(status).toBe(ERRORS[code].status)
        expect(body.title).not.toMatch(/[{}]|\.title$/)
        expect(body.detail).toMatch(/\.$/)
      }
    },
  )
})

describe('the document of a fault', () => {
  it('says that something went wrong, and how to ask about it, and no more', () => {
    expect(faultProblem('es', context)).toEqual({
      status: 500,
      headers: { 'Content-Type': 'application/problem+json', 'Content-Language': 'es' },
      body: {
        type: 'urn:acci:problem:internal.error',
        title: 'Error interno',
        status: 500,
        detail: 'Se ha producido un error por nuestra parte. Indique req_1 si lo comunica.',
        code: 'internal.error',
        requestId: 'req_1',
      },
    })
  })
})
