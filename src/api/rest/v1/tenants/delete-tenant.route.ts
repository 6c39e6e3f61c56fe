import { createRoute } from '@hono/zod-openapi'
import { PLATFORM_TENANT_ID } from '#common/ids.ts'
import { refuse } from '#common/outcome.ts'
import { checkAllowed, runCommand } from '#domain/run-command.ts'
import { authenticate } from '../../../auth/authenticate.ts'
import { writeOnce } from '../../../command-metadata.ts'
import type { App } from '../../../context.ts'
import { unwrap } from '../../../refusal-error.ts'
import { accepted, bearer, jsonAnswer, jsonBody, problems } from '../operation.ts'
import { asJson, tenantOfReceipt, writeHeaders } from '../resources.ts'
import { DeleteTenantRequest, TenantPath, TenantResponse } from '../schemas.ts'

const route = createRoute({
  method: 'delete',
  path: '/api/v1/tenants/{tenantId}',
  operationId: 'deleteTenant',
  summary: 'Delete a tenant; its data is kept for the retention period',
  tags: ['tenants'],
  security: bearer,
  request: { params: TenantPath, body: jsonBody(DeleteTenantRequest) },
  responses: { 200: jsonAnswer('The tenant, pending deletion', TenantResponse), ...accepted, ...problems },
})

export const registerDeleteTenant = (app: App) =>
  app.openapi(route, async (c) => {
    const [services, decisions] = [c.get('services'), c.get('decisions')]
    const principal = await authenticate(c)
    const { tenantId } = c.req.valid('param')
    const body = c.req.valid('json')
    const resource = { kind: 'tenant', tenantId, id: tenantId } as const
    unwrap(await checkAllowed(decisions, principal, 'tenant.delete', resource))
    // Forcing is a system admin's alone (G-15).
    if (body.forcedBecause !== undefined && principal.tenantId !== PLATFORM_TENANT_ID) unwrap(refuse('access_denied'))
    const { deletionReason, dataRetentionPeriod, forcedBecause } = body
    const receipt = unwrap(
      await runCommand(services.writer, decisions, {
        tenantId,
        principal,
        action: 'tenant.delete',
        resource,
        metadata: writeOnce(c, `tenant.delete/${tenantId}`, asJson(body)).metadata,
        command: {
          type: 'tenant.delete',
          input: {
            tenantId,
            deletionReason,
            ...(dataRetentionPeriod !== undefined && { dataRetentionPeriod }),
            ...(forcedBecause !== undefined && { forcedBecause }),
          },
        },
      }),
    )
    services.sessions.clear()
    writeHeaders(c, tenantId, receipt)
    return c.json(tenantOfReceipt(receipt), 200)
  })
