import { z } from 'zod'

const day = z.iso.date('must be a date such as "2027-11-20"')

/**
 * What a licence says. Fields that this version does not know are signed like the others and mean nothing to it.
 * `key` and `signature` are added by who issues it.
 */
export const licenceDocument = z.looseObject({
  /** For people; a licence is not bound to a machine. */
  customer: z.string().min(1),
  id: z.string().min(1),
  issued: z.union([day, z.iso.datetime({ offset: true })], { error: 'must be a date or a time such as "2026-11-20"' }),
  /** Its last day, in UTC; without it the licence does not end. */
  expires: day.optional(),
  /** Days after `expires` in which everything goes on working. */
  grace_days: z.int().min(0).max(3650).default(0),
  trial: z.boolean().default(false),
  /** Feature -> its options, of which there are none yet. */
  features: z.record(z.string().min(1), z.looseObject({})),
  limits: z.record(z.string().min(1), z.number().min(0)).default({}),
  /** Short name of the public key that verifies it. */
  key: z.string().min(1),
  signature: z.string().min(1),
})

export type LicenceDocument = z.infer<typeof licenceDocument>
/** What is written before it is signed. */
export type LicenceDraft = Omit<z.input<typeof licenceDocument>, 'key' | 'signature'>

/** A licence that was verified, with where it came from and whose it is. */
export interface HeldLicence {
  readonly document: LicenceDocument
  /** The public key that verified it. */
  readonly key: string
  /** For people: `config/licence.json`, `uploaded`. */
  readonly origin: string
}
