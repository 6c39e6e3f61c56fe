import type { Configuration } from '#infrastructure/shared/configuration.ts'
import { EdgeRefused } from '#infrastructure/shared/edge-operations.ts'
import { edgeOf, messageOf } from './context.ts'
import type { Finding } from './doctor.ts'

/** Whether the edge deployment that is named lets an operator in, and reaches its tenants' objects. */
export async function examineEdge(configuration: Configuration): Promise<readonly Finding[]> {
  const edge = edgeOf(configuration)
  if (!edge) return []
  const check = 'edge'
  try {
    const began = performance.now()
    const { entries, unanswered } = await edge.page('', 1)
    const latency = Math.round(performance.now() - began)
    if (unanswered.length > 0)
      return [
        {
          check,
          status: 'failed',
          detail: `the object of tenant ${unanswered.join()} does not answer`,
          latency,
          remedy: 'look for its id in the Worker’s log',
        },
      ]
    const detail = `lets operators in${entries.length === 0 ? '; no tenant has a log yet' : ''}`
    return [{ check, status: 'ok', detail, latency }]
  } catch (fault) {
    if (fault instanceof EdgeRefused)
      return [{ check, status: 'failed', detail: messageOf(fault), remedy: 'set the same token there and here' }]
    const remedy = 'is it deployed, and ACCI_EDGE_URL right?'
    return [{ check, status: 'failed', detail: messageOf(fault), remedy }]
  }
}
