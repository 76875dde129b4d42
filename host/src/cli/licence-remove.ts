import { licenceDocument } from '@parley/kernel'
import { ParleyError } from '@parley/plugin-api'
import { auditedLicence, LicenceStore } from '@parley/services'
import { readDeploymentConfig } from '../host-config.ts'
import type { CommandContext } from './command.ts'
import { missing, readArguments } from './plugins/arguments.ts'
import { reachableDatabase, recordIn } from './plugins/change-audit.ts'

/** Whatever lies in the table. */
type Stored = { readonly id?: unknown; readonly signature?: unknown } | null

const usage = 'parley licence remove <id> [--yes]'

/** `parley licence remove`: takes away what was uploaded. Running processes believe it after a minute. */
export async function removeLicence(context: CommandContext): Promise<number> {
  const { root, variables, args, print, ask } = context
  const { word: id, values } = readArguments(args, usage, { yes: { type: 'boolean' } })
  if (id === undefined) throw missing(usage)
  const { host } = await readDeploymentConfig(root, variables)
  const database = await reachableDatabase(root, host)
  if (!database) throw new ParleyError('database_unavailable', 'The database does not answer, and uploads are kept there. Start it first.')
  try {
    const store = new LicenceStore(database.host)
    const rows = (await store.ready()) ? await store.keyed() : []
    // one that this version cannot read keeps nobody from removing another, nor itself from being removed
    const found = rows.map(({ key, text }) => ({ key, content: JSON.parse(text) as Stored })).find(({ content }) => content?.id === id)
    if (!found)
      throw new ParleyError(
        'not_found',
        `No licence "${id}" was uploaded. Licences in files are removed by deleting the file; "parley licence show" names them all.`,
      )
    const { key, content } = found
    const { data: document } = licenceDocument.safeParse(content)
    print(
      `This removes the licence "${id}"${document ? ` of ${document.customer}` : ', which cannot be read'}. What only it includes is suspended within two minutes; nothing is lost.`,
    )
    if (!values.yes && !(ask && /^(y|yes)$/i.test((await ask('Remove it? [yes/no] ')).trim()))) {
      print(ask ? 'Nothing was changed.' : 'Nothing was changed. Add --yes to remove it.')
      return 1
    }
    const batch = database.host.batch()
    await store.remove(key, { signature: content?.signature }, batch)
    const object = { type: 'licence', id, title: document?.customer ?? id }
    await recordIn(database, { action: 'licence.remove', object, before: document ? auditedLicence(document) : { id } }, batch)
    await batch.commit()
    print(`The licence "${id}" is removed.`)
    return 0
  } finally {
    await database.close()
  }
}
