import { createRoute } from '@hono/zod-openapi'
import { normalizeEmail } from '#common/email.ts'
import { mergePatch } from '#common/json.ts'
import { refuse, type Outcome } from '#common/outcome.ts'
import { policyActor } from '#domain/policy/actor.ts'
import { checkAllowed, runCommand } from '#domain/run-command.ts'
import type { Metadata } from '#domain/tenant/tenant-types.ts'
import type { Receipt } from '#domain/writer/command.ts'
import { authenticate } from '../../../auth/authenticate.ts'
import { writeOnce } from '../../../command-metadata.ts'
import type { App } from '../../../context.ts'
import { checkEmailDomain } from '../../../email-domains.ts'
import { publishNames } from '../../../publish-names.ts'
import { RefusalError, unwrap } from '../../../refusal-error.ts'
import { accepted, bearer, jsonAnswer, mergePatchBody, problems } from '../operation.ts'
import { asJson, userOfReceipt, writeHeaders } from '../resources.ts'
import { UpdateUserRequest, UserPath, UserResponse } from '../schemas.ts'
import { isOwnConflict } from '../tenants/update-tenant.route.ts'

const MAX_MERGES = 5

const route = createRoute({
  method: 'patch',
  path: '/api/v1/tenants/{tenantId}/users/{userId}',
  operationId: 'updateUser',
  summary: 'Change a user (JSON Merge Patch)',
  tags: ['users'],
  security: bearer,
  request: { params: UserPath, body: mergePatchBody(UpdateUserRequest) },
  responses: { 200: jsonAnswer('The user after the change', UserResponse), ...accepted, ...problems },
})

export const registerUpdateUser = (app: App) =>
  app.openapi(route, async (c) => {
    const [services, decisions] = [c.get('services'), c.get('decisions')]
    const principal = await authenticate(c)
    const { tenantId, userId } = c.req.valid('param')
    const patch = c.req.valid('json')
    const resource = { kind: 'user', tenantId, id: userId } as const
    if (!(await decisions.allows(policyActor(principal), 'user.update_profile', resource)))
      unwrap(refuse('resource.not_found'))
    // A role is an admin's to give (G-73).
    if (patch.role !== undefined) unwrap(await checkAllowed(decisions, principal, 'user.update_role', resource))
    if (Object.keys(patch).length === 0) {
      throw new RefusalError({ code: 'validation.failed', fields: [{ pointer: '', code: 'validation.required' }] })
    }
    if (patch.email !== undefined) checkEmailDomain(services, patch.email, '/email', 'user.email_domain_not_allowed')
    const once = writeOnce(c, `user.update_profile/${userId}`, asJson(patch))

    // Everything else is decided in the writer, where the user is as it is then.
    const merges = patch.metadata !== undefined && patch.metadata !== null
    const attempt = async (): Promise<Outcome<Receipt>> => {
      const read = merges || patch.email !== undefined ? await services.writer.user(tenantId, userId) : undefined
      const current = read?.state.status === 'none' ? undefined : read?.state
      const version = once.metadata.expectedVersion ?? read?.version
      const metadata = patch.metadata && mergePatch(asJson(current?.metadata), asJson(patch.metadata))
      const indexOf = (address: string) => services.keyVault.emailIndex(normalizeEmail(address))
      return runCommand(services.writer, decisions, {
        tenantId,
        principal,
        action: 'user.update_profile',
        resource,
        // What was merged is only right for the version it was merged with.
        metadata: { ...once.metadata, ...(version !== undefined && { expectedVersion: version }) },
        command: {
          type: 'user.update_profile',
          input: {
            tenantId,
            userId,
            ...(patch.email !== undefined && {
              email: {
                address: patch.email,
                index: indexOf(patch.email),
                previousIndex: indexOf(current?.email ?? ''),
              },
            }),
            ...(patch.displayName !== undefined && { displayName: patch.displayName }),
            ...(patch.role !== undefined && { role: patch.role }),
            ...(patch.metadata === null && { metadata: null }),
            ...(metadata && { metadata: metadata as Metadata }), // a merge of two objects
          },
        },
      })
    }

    let outcome = await attempt()
    for (let tries = 1; tries < MAX_MERGES && isOwnConflict(outcome, once.metadata.expectedVersion); tries++)
      outcome = await attempt()
    const receipt = unwrap(outcome)
    if (patch.email !== undefined) {
      const key = services.keyVault.emailIndex(normalizeEmail(patch.email))
      await publishNames(services, [{ kind: 'email', key }], { tenantId, region: services.region }, receipt.position)
    }
    if (patch.role !== undefined) services.sessions.clear()
    writeHeaders(c, tenantId, receipt)
    return c.json(userOfReceipt(receipt), 200)
  })
