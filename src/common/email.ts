import { z } from 'zod'

/** The form two addresses are compared in: NFC, trimmed, case-folded (G-46). The given spelling is what is stored and shown. */
export const normalizeEmail = (email: string): string => email.normalize('NFC').trim().toLowerCase()

/** The part after the last `@`, in the form domains are compared in. */
export function emailDomain(email: string): string {
  const normalized = normalizeEmail(email)
  return normalized.slice(normalized.lastIndexOf('@') + 1)
}

/** RFC 5321 limits the whole address to 254 octets. */
export const EmailAddress = z.string().trim().max(254).pipe(z.email()).brand<'EmailAddress'>()
export type EmailAddress = z.infer<typeof EmailAddress>
