import { latestOfEachKey, termOf, type HeldLicence, type Kernel, type LicenceDocument } from '@parley/kernel'
import { ParleyError, permission, type Audit, type Route } from '@parley/plugin-api'
import { z } from 'zod'
import { hostRoute } from '../settings/host-route.ts'
import { uploadedOrigin, type LicenceKeeper, type LicenceOptions } from './licence-keeper.ts'
import { describeLicences, licenceStatus } from './licence-status.ts'

export const viewLicence = permission('licence', 'view', 'See the licence, its limits and when it ends')
export const editLicence = permission('licence', 'edit', 'Upload a licence')

interface Parts {
  readonly keeper: LicenceKeeper
  readonly kernel: Kernel
  readonly audit: Audit
  readonly options: LicenceOptions
}

/** Paths are relative to `/api/v1`; the host mounts them. */
export const licenceRoutes = ({ keeper, kernel, audit, options }: Parts): readonly Route[] => [
  hostRoute(
    'GET',
    '/system/licence',
    { permission: viewLicence, response: licenceStatus, summary: 'The licences: features, limits and their use, when they end' },
    () => describeLicences(keeper, kernel, options),
  ),
  hostRoute(
    'POST',
    '/system/licence',
    {
      permission: editLicence,
      body: z.union([z.looseObject({}), z.array(z.looseObject({})).min(1).max(20)]),
      response: licenceStatus,
      summary: 'Uploads a licence, or a list of them, as its publisher sent it; it holds in every process within seconds',
    },
    async ({ body }) => {
      const { licences, problems } = keeper.verify(body, 'the upload')
      const [problem] = problems
      if (problem !== undefined) throw refusal(problem.code, 400, problem.text, problem.values)
      // another process may have taken a newer one a moment ago
      await keeper.check()
      for (const licence of licences) refuseOld(licence, keeper)
      const contents = [body].flat()
      const batch = options.database.host.batch()
      for (const { document, key } of latestOfEachKey(licences)) {
        const before = keeper.set.held.find((held) => held.key === key)?.document
        await keeper.store.save(
          key,
          contents.find((one) => one['signature'] === document.signature),
          options.clock.now(),
          batch,
        )
        await audit.record(
          {
            action: 'licence.upload',
            object: { type: 'licence', id: document.id, title: document.customer },
            ...(before === undefined ? {} : { before: auditedLicence(before) }),
            after: auditedLicence(document),
          },
          { within: batch },
        )
      }
      await batch.commit()
      await keeper.check()
      return describeLicences(keeper, kernel, options)
    },
  ),
  hostRoute(
    'DELETE',
    '/system/licence/:id',
    {
      permission: editLicence,
      params: z.object({ id: z.string().max(200) }),
      response: licenceStatus,
      summary: 'Removes a licence that was uploaded; what only it includes is suspended, in other processes after a minute',
    },
    async ({ params: { id } }) => {
      await keeper.check()
      const held = keeper.set.held.find(({ document }) => document.id === id)
      if (!held) throw new ParleyError('not_found', `No licence "${id}" holds here. GET /api/v1/system/licence lists those that do.`)
      if (held.origin !== uploadedOrigin)
        throw refusal('from_file', 409, `The licence "${id}" is in ${held.origin}. Delete it there.`, { id, origin: held.origin })
      const batch = options.database.host.batch()
      await keeper.store.remove(held.key, held.document, batch)
      const object = { type: 'licence', id, title: held.document.customer }
      await audit.record({ action: 'licence.remove', object, before: auditedLicence(held.document) }, { within: batch })
      await batch.commit()
      await keeper.believe()
      return describeLicences(keeper, kernel, options)
    },
  ),
]

const refusal = (name: string, status: number, text: string, details: Readonly<Record<string, string>>): ParleyError =>
  new ParleyError(`licence/${name}`, text, { family: 'user', status, details })

/** A licence that would change nothing is a mistake of who chose the file. */
function refuseOld({ document, key }: HeldLicence, keeper: LicenceKeeper): void {
  const { id, expires = '' } = document
  if (termOf(document, keeper.now(document)).state === 'ended')
    throw refusal('ended', 400, `The licence "${id}" ended on ${expires}. Ask its publisher for a renewal.`, { id, expires })
  const current = keeper.set.held.find((held) => held.key === key)?.document
  if (current === undefined || Date.parse(document.issued) >= Date.parse(current.issued)) return
  const values = { id, issued: document.issued.slice(0, 10), current: current.id }
  const text = `The licence "${id}" was issued on ${values.issued}, before "${current.id}", which holds now. Upload the newer one.`
  throw refusal('older', 409, text, values)
}

/** What the audit log keeps of a licence: not the signature, with which it would hold again. */
export const auditedLicence = ({ id, customer, issued, expires, features, limits, trial }: LicenceDocument) => ({
  id,
  customer,
  issued,
  expires,
  trial,
  features: Object.keys(features),
  limits,
})
