import pg from 'pg'

/** 100,000 requests in as many conversations, with 1,000,000 messages: two thousand of them open, the rest closed over a year. */
const statements = [
  `CREATE TEMP TABLE made AS SELECT n,
     ('10000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid AS conversation_id, ('20000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid AS client_id,
     ('30000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid AS request_id, now() - interval '1 year' * (1 - n / 100000.0) AS at,
     (ARRAY['Olena', 'Taras', 'Iryna', 'Andrii', 'Sofiia', 'Maksym', 'Daryna', 'Bohdan'])[1 + n % 8] || ' ' ||
       (ARRAY['Koval', 'Melnyk', 'Bondar', 'Tkach', 'Lysenko', 'Hnatiuk', 'Marchenko'])[1 + n % 7] || ' ' || n AS name,
     (ARRAY['telegram', 'widget', 'custom_channel'])[1 + n % 3] AS channel,
     CASE WHEN n <= 98000 THEN 'closed' WHEN n <= 98300 THEN 'new' WHEN n <= 98600 THEN 'queued' ELSE 'open' END AS state
   FROM generate_series(1, 100000) AS n`,
  `INSERT INTO plugin_clients.clients (id, first_name, phone, created_at, updated_at) SELECT client_id, name, '+38050' || lpad(n::text, 7, '0'), at, at FROM made`,
  `INSERT INTO plugin_clients.identities (id, client_id, account_id, channel, chat_id, sender_id, created_at)
   SELECT ('40000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, client_id, $1, channel, n::text, n::text, at FROM made`,
  `INSERT INTO plugin_conversations.conversations (id, account_id, bot_id, channel, chat_id, client_id, identity_id, holder, last_number, created_at)
   SELECT conversation_id, $1, $2, channel, n::text, client_id, ('40000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'operator-panel', 10, at FROM made`,
  `INSERT INTO plugin_conversations.messages (id, conversation_id, number, direction, state, author_kind, author_name, content, created_at)
   SELECT ('50000000-' || lpad(to_hex(k), 4, '0') || '-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, conversation_id, k, CASE WHEN k % 2 = 1 THEN 'in' ELSE 'out' END,
     CASE WHEN k % 2 = 1 THEN 'received' ELSE 'read' END, CASE WHEN k % 2 = 1 THEN 'client' ELSE 'operator' END, name,
     jsonb_build_object('kind', 'text', 'text', 'Message ' || k || ' of dialog ' || n || ': the order, the delivery and the payment'), at + interval '1 minute' * k
   FROM made, generate_series(1, 10) AS k`,
  `INSERT INTO plugin_operator_panel.requests (id, state, bot_id, conversation_id, channel, client_id, client_name, assignee_id, auto_connect, may_wait, keep_bot,
     last_text, last_author, last_at, waiting_since, created_at, queued_at, assigned_at, closed_at)
   SELECT request_id, state, $2, conversation_id, channel, client_id, name, CASE WHEN state IN ('open', 'closed') THEN $3::uuid END, true, true, false,
     'Message 10 of dialog ' || n, 'client', at + interval '10 minutes', CASE WHEN state <> 'closed' THEN at END, at, at, at,
     CASE WHEN state = 'closed' THEN at + interval '1 hour' END
   FROM made`,
]

/** Fills the database of a host that has started once. `ids`: whose channel account and bot, and the operator who had them. */
export const generate = async (databaseUrl, { accountId, botId, operatorId }) => {
  const client = new pg.Client(databaseUrl)
  await client.connect()
  try {
    for (const text of statements) {
      const used = Math.max(0, ...[...text.matchAll(/\$(\d)/g)].map(([, number]) => Number(number)))
      // a statement must use every parameter it is given
      const cast = ['$1::uuid', '$2::uuid', '$3::uuid']
      const values = [accountId, botId, operatorId].slice(0, used)
      const unused = values.map((_, index) => index + 1).filter((number) => !text.includes(`$${number}`))
      const guard = unused.map((number) => cast[number - 1]).join(', ')
      await client.query(unused.length === 0 ? text : text.replace(/FROM made/, `FROM made CROSS JOIN (SELECT ${guard}) AS unused`), values)
    }
    await client.query('VACUUM ANALYZE')
  } finally {
    await client.end()
  }
}
