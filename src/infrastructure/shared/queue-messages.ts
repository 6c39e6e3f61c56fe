import { z } from 'zod'
import type { QueuedOperation } from '#domain/ports/command-queue.ts'

// Whoever may write to a queue can have sent anything: a message is looked at before it is believed.
const Id = z.string().min(1).max(128)
const Waking = z.object({ tenantId: Id })
const Operation = z.object({ tenantId: Id, operationId: Id })

/** The operation that a message names; undefined when it names none. */
export const operationIn = (body: unknown): QueuedOperation | undefined => Operation.safeParse(body).data

/** The tenant that a message wakes; undefined when it wakes none. */
export const tenantIn = (body: unknown): string | undefined => Waking.safeParse(body).data?.tenantId
