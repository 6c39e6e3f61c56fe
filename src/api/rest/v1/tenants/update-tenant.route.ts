import { createRoute } from '@hono/zod-openapi'
import { mergePatch } from '#common/json.ts'
import { refuse, type Outcome } from '#common/outcome.ts'
import { claimName } from '#domain/directory/claim-name.ts'
import { checkAllowed, runCommand } from '#domain/run-command.ts'
import { TenantSettings, type Metadata } from '#domain/tenant/tenant-types.ts'
import type { Receipt } from '#domain/writer/command.ts'
import { authenticate } from '../../../auth/authenticate.ts'
import { writeOnce } from '../../../command-metadata.ts'
import type { App } from '../../../context.ts'
import { publishNames } from '../../../publish-names.ts'
import { RefusalError, unwrap } from '../../../refusal-error.ts'
import { validationRefusal } from '../../../validation-faults.ts'
import { accepted, bearer, jsonAnswer, mergePatchBody, problems } from '../operation.ts'
import { asJson, tenantOfReceipt, writeHeaders } from '../resources.ts'
import { TenantPath, TenantResponse, UpdateTenantRequest } from '../schemas.ts'

const ROUTE = 'tenant.update'
/** Times a patch is merged anew because the tenant changed between reading and writing. */
const MAX_MERGES = 5

const route = createRoute({
  method: 'patch',
  path: '/api/v1/tenants/{tenantId}',
  operationId: 'updateTenant',
  summary: 'Change a tenant (JSON Merge Patch)',
  tags: ['tenants'],
  security: bearer,
  request: { params: TenantPath, body: mergePatchBody(UpdateTenantRequest) },
  responses: { 200: jsonAnswer('The tenant after the change', TenantResponse), ...accepted, ...problems },
})

export const registerUpdateTenant = (app: App) =>
  app.openapi(route, async (c) => {
    const [services, decisions] = [c.get('services'), c.get('decisions')]
    const principal = await authenticate(c)
    const { tenantId } = c.req.valid('param')
    const patch = c.req.valid('json')
    const resource = { kind: 'tenant', tenantId, id: tenantId } as const
    // Before the patch is merged: what is wrong with the merged settings tells of the tenant, and a domain is reserved.
    unwrap(await checkAllowed(decisions, principal, 'tenant.update', resource))
    if (Object.keys(patch).length === 0) {
      throw new RefusalError({ code: 'validation.failed', fields: [{ pointer: '', code: 'validation.required' }] })
    }
    const once = writeOnce(c, `${ROUTE}/${tenantId}`, asJson(patch))

    const attempt = async (): Promise<Outcome<Receipt>> => {
      const { state, version } = await services.writer.tenant(tenantId)
      const current = state.status === 'none' ? undefined : state
      const settings = patch.settings && current ? merged(asJson(current.settings), asJson(patch.settings)) : undefined
      const metadata = patch.metadata && mergePatch(asJson(current?.metadata), asJson(patch.metadata))
      const domain = settings?.customDomain
      if (domain !== undefined && domain !== current?.settings.customDomain) {
        const entry = { tenantId, region: services.region }
        if (!(await claimName(services, 'customDomain', domain, entry)))
          return refuse('tenant.custom_domain_taken', { params: { name: domain } })
      }
      const outcome = await runCommand(services.writer, decisions, {
        tenantId,
        principal,
        action: 'tenant.update',
        resource,
        // What was merged is only right for the version it was merged with.
        metadata: { ...once.metadata, expectedVersion: once.metadata.expectedVersion ?? version },
        command: {
          type: 'tenant.update',
          input: {
            tenantId,
            ...(patch.name !== undefined && { name: patch.name }),
            ...(patch.subscriptionPlan !== undefined && { subscriptionPlan: patch.subscriptionPlan }),
            ...(patch.metadata === null && { metadata: null }),
            ...(metadata && { metadata: metadata as Metadata }), // a merge of two objects
            ...(settings && { settings }),
          },
        },
      })
      // What was refused leaves its reservation to lapse: another request of the tenant may rely on it just now.
      if (outcome.ok && domain !== undefined && domain !== current?.settings.customDomain) {
        const names = [{ kind: 'customDomain', key: domain } as const]
        await publishNames(services, names, { tenantId, region: services.region }, outcome.value.position)
      }
      return outcome
    }

    let outcome = await attempt()
    for (let tries = 1; tries < MAX_MERGES && isOwnConflict(outcome, once.metadata.expectedVersion); tries++)
      outcome = await attempt()
    const receipt = unwrap(outcome)
    writeHeaders(c, tenantId, receipt)
    return c.json(tenantOfReceipt(receipt), 200)
  })

/** A version that moved under a merge is our concern, unless the caller named the version. */
export const isOwnConflict = (outcome: Outcome<Receipt>, named: number | undefined): boolean =>
  !outcome.ok && outcome.error.code === 'precondition.failed' && named === undefined

function merged(current: ReturnType<typeof asJson>, patch: ReturnType<typeof asJson>): TenantSettings {
  const result = TenantSettings.safeParse(mergePatch(current, patch))
  if (!result.success) throw new RefusalError(validationRefusal(result.error.issues, '/settings'))
  return result.data
}
