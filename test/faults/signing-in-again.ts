import { Client, succeeded, text, type Send, type SignedInTenant } from '../e2e/client.ts'

/** Does as clients do whose session has ended: signs in again, and sends the same request once more. */
export function signingInAgain(send: Send, tenants: readonly SignedInTenant[]): Send {
  const sessions = new Map(
    tenants.map((tenant) => [`Bearer ${tenant.token}`, { tenant, token: Promise.resolve(tenant.token), signIns: 0 }]),
  )
  return async (url, init) => {
    const session = sessions.get(init.headers['Authorization'] ?? '')
    if (!session) return send(url, init)
    const sendNow = async () =>
      send(url, { ...init, headers: { ...init.headers, Authorization: `Bearer ${await session.token}` } })
    const { signIns } = session
    const answer = await sendNow()
    if (answer.status !== 401) return answer
    // Once for all requests that were under way.
    if (session.signIns === signIns) {
      session.signIns++
      session.token = signIn(new Client(new URL(url).origin, send), session.tenant, session.token)
    }
    return sendNow()
  }
}

async function signIn(client: Client, { email, password, tenantId }: SignedInTenant, before: Promise<string>) {
  try {
    return text(succeeded(await client.login(email, password, tenantId)).body['token'])
  } catch {
    // The next request will find out again that the session has ended.
    return before
  }
}
