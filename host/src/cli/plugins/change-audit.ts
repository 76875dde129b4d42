import { existsSync } from 'node:fs'
import { userInfo } from 'node:os'
import { resolve } from 'node:path'
import { runInContext } from '@parley/kernel'
import { createAudit, createDatabase, createLogger, findEmbeddedPostgres, systemClock, type Database } from '@parley/services'
import type { Actor, AuditEntry, Within } from '@parley/plugin-api'
import type { HostConfig } from '../../host-config.ts'
import type { CommandContext } from '../command.ts'

/** The deployment's database, or the embedded server while a Parley runs it; `undefined` when none answers. */
export async function reachableDatabase(root: string, { database, data }: HostConfig): Promise<Database | undefined> {
  const log = createLogger({ level: 'silent' })
  const folder = resolve(root, data.directory, 'postgres')
  const url = database.url ?? (existsSync(resolve(root, data.directory)) ? findEmbeddedPostgres({ dataDir: folder, log }) : undefined)
  if (url === undefined) return undefined
  const { directUrl, preparedStatements, statementTimeout } = database
  const store = createDatabase({ url, directUrl, max: 2, preparedStatements, statementTimeout, log })
  try {
    await store.host.query('SELECT 1')
    return store
  } catch {
    await store.close()
    return undefined
  }
}

/** Notes a change in the audit log. A deployer often approves where no database is, such as while an image is built: that is told, and is no failure. */
export async function recordChange({ root, print }: CommandContext, config: HostConfig, entry: AuditEntry): Promise<void> {
  const database = await reachableDatabase(root, config)
  try {
    if (database === undefined) return print('It is not in the audit log: no database answers here.')
    await recordIn(database, entry)
  } catch {
    print('It is not in the audit log: the database has no tables yet.')
  } finally {
    await database?.close()
  }
}

/** The entry of whoever types, `within` what it tells of. */
export async function recordIn(database: Database, entry: AuditEntry, within?: Within): Promise<void> {
  const audit = createAudit({ database, clock: systemClock() }).forPlugin('host')
  const options = within === undefined ? {} : { within }
  await runInContext({ plugin: 'host', requestId: 'command-line', actor: whoTypes() }, () => audit.record(entry, options))
}

/** Who is behind a command. */
export const whoTypes = (): Actor => ({ kind: 'system', id: 'command-line', name: `${userInfo().username} at the command line`, can: () => false })
