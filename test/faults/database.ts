import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbeddedPostgres } from '@parley/services'
import { endWithThisProcess, silentLogger } from '@parley/test-kit'
import pg from 'pg'

/** A message as it lies in the database afterwards. */
export interface StoredMessage {
  readonly channel: string
  readonly chat: string
  readonly number: number
  readonly direction: 'in' | 'out'
  readonly state: string
  readonly reason: string | null
  readonly text: string
  readonly id: string
}

/** What a run asks of the database afterwards. */
export interface DatabaseEvidence {
  messages(): Promise<StoredMessage[]>
  /** What is still to be done; `undefined` while the server is away. */
  waiting(): Promise<{ readonly items: number; readonly deliveries: number } | undefined>
  /** Rows that did not become done, as text. */
  stuck(): Promise<string[]>
  query<T extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<T[]>
  end(): Promise<void>
}

export interface FaultsDatabase extends Omit<DatabaseEvidence, 'end'> {
  readonly url: string
  /** `fast` closes connections in order, `immediate` is a crash of the server. */
  restart(how: 'fast' | 'immediate'): void
  stop(): Promise<void>
}

/** Asks a server over connections of its own. */
export const evidenceOf = (url: string): DatabaseEvidence => {
  const pool = new pg.Pool({ connectionString: url, max: 2 })
  pool.on('error', () => undefined)
  const rows = async <T extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<T[]> => (await pool.query<T>(text, values)).rows
  return {
    messages: () =>
      rows<StoredMessage>(
        `SELECT c.channel, c.chat_id AS chat, m.number, m.direction, m.state, m.reason, m.content ->> 'text' AS text, m.id
         FROM plugin_conversations.messages m JOIN plugin_conversations.conversations c ON c.id = m.conversation_id
         WHERE m.direction IN ('in', 'out') ORDER BY c.channel, c.chat_id, m.number`,
      ),
    waiting: async () => {
      const found = await rows<{ items: number; deliveries: number }>(
        `SELECT (SELECT count(*)::int FROM plugin_conversations.items) AS items, (SELECT count(*)::int FROM plugin_conversations.deliveries) AS deliveries`,
      ).catch(() => undefined)
      return found?.[0]
    },
    stuck: async () =>
      (
        await rows<{ line: string }>(
          `SELECT format('%s of %s %s, due %s, lane until %s: %s', w.what, c.channel, c.chat_id, w.due_at, w.until, w.row) AS line FROM (
             SELECT 'item' AS what, i.conversation_id, i.due_at, k.lane_until AS until, to_jsonb(i) AS row
             FROM plugin_conversations.items i JOIN plugin_conversations.conversations k ON k.id = i.conversation_id
             UNION ALL
             SELECT 'delivery', d.conversation_id, d.due_at, k.outbox_until, to_jsonb(d)
             FROM plugin_conversations.deliveries d JOIN plugin_conversations.conversations k ON k.id = d.conversation_id
           ) w JOIN plugin_conversations.conversations c ON c.id = w.conversation_id LIMIT 20`,
        )
      ).map(({ line }) => line),
    query: rows,
    end: () => pool.end(),
  }
}

/** A PostgreSQL of its own, with `fsync` on and everything as in production. */
export const startDatabase = async (): Promise<FaultsDatabase> => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-faults-db-'))
  chmodSync(folder, 0o755)
  const server = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), log: silentLogger })
  const release = endWithThisProcess(server.pid, folder)
  const { end, ...evidence } = evidenceOf(server.url)
  return {
    ...evidence,
    url: server.url,
    restart(how) {
      const pid = Number(readFileSync(join(server.dataDir, 'postmaster.pid'), 'utf8').split('\n')[0])
      process.kill(pid, how === 'fast' ? 'SIGINT' : 'SIGQUIT')
    },
    stop: async () => {
      await end()
      await server.stop()
      release()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
