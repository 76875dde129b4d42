import type { Statement } from '@parley/plugin-api'
import { statementOf, textsOf, type Texts } from '../one-and-many.ts'
import type { Arrival, ConversationChange, CommittedChange } from './conversation-change.ts'

const columnsOfUpdate = [
  'id uuid',
  'size int',
  'added int',
  'outgoing int',
  'outbox_token uuid',
  'outbox_until timestamptz',
  'holder text',
  'now timestamptz',
  'client_id uuid',
  'lane_holder text',
]

// Written first in its batch, so that every batch locks conversations before other rows.
const updateText = (
  v: Record<string, string>,
  from: (keyword: 'FROM') => string,
  { set, where }: { readonly set: string; readonly where: string },
): string => `
  UPDATE {conversations} AS c SET
    last_number = c.last_number + ${v['size']},
    lane_version = c.lane_version + ${v['added']},
    outbox_version = c.outbox_version + ${v['outgoing']},
    outbox_token = CASE WHEN ${v['outgoing']} > 0 AND c.outbox_until IS NULL AND ${v['outbox_token']} IS NOT NULL THEN ${v['outbox_token']} ELSE c.outbox_token END,
    outbox_until = CASE WHEN ${v['outgoing']} > 0 AND c.outbox_until IS NULL THEN ${v['outbox_until']} ELSE c.outbox_until END,
    holder = COALESCE(${v['holder']}, c.holder)${set}
  ${from('FROM')}
  WHERE c.id = ${v['id']} AND ${where}
  RETURNING c.id, c.account_id, c.bot_id, c.channel, c.chat_id, c.holder, c.last_number, c.lane_version, c.outbox_version,
    c.lane_until IS NULL AS released, COALESCE(c.lane_until > ${v['now']}, false) AS lane_busy, ${v['outgoing']} > 0 AND c.outbox_token = ${v['outbox_token']} AS took,
    c.outbox_token, COALESCE(c.outbox_until > ${v['now']}, false) AS outbox_busy`

const updateTexts = textsOf([...columnsOfUpdate, 'identity_id uuid', 'lane_token uuid', 'release_at int'], (v, from) =>
  updateText(v, from, {
    set: `,
    lane_until = CASE WHEN c.lane_version = ${v['release_at']} THEN NULL ELSE c.lane_until END,
    lane_seen = CASE WHEN c.lane_version = ${v['release_at']} THEN c.lane_version ELSE c.lane_seen END,
    client_id = COALESCE(c.client_id, ${v['client_id']}),
    identity_id = COALESCE(c.identity_id, ${v['identity_id']}),
    sender = CASE WHEN ${v['client_id']} IS NULL THEN c.sender END`,
    where: `(${v['lane_token']} IS NULL OR c.lane_token = ${v['lane_token']} AND c.lane_until IS NOT NULL AND c.holder = ${v['lane_holder']})`,
  }),
)

/** The lane is free, and as it was left. */
const arrivalTexts = textsOf([...columnsOfUpdate, 'left_version int', 'left_number int'], (v, from) =>
  updateText(v, from, {
    set: '',
    where: `c.lane_until IS NULL AND c.lane_seen = c.lane_version AND c.lane_version = ${v['left_version']} AND c.last_number = ${v['left_number']}
    AND c.client_id = ${v['client_id']} AND c.holder = ${v['lane_holder']}`,
  }),
)

const messagesText = (source: string): string => `
  INSERT INTO {messages} (id, conversation_id, number, direction, state, author_kind, author_id, author_name, content, client_key, created_at)
  SELECT m.id, c.id, c.last_number - $1 + m.position, m.direction,
    CASE WHEN m.direction <> 'out' THEN 'shown' WHEN c.took AND m.position = $2 THEN 'sending' ELSE 'queued' END,
    m.author_kind, m.author_id, m.author_name, m.content::jsonb, m.client_key, m.created_at
  FROM ${source} c, unnest($3::uuid[], $4::int[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::timestamptz[])
    AS m(id, position, direction, author_kind, author_id, author_name, content, client_key, created_at)
  ON CONFLICT (conversation_id, client_key) WHERE client_key IS NOT NULL DO NOTHING
  RETURNING id, conversation_id, number, direction, state, created_at`

const columnsOfMessage = [
  'conversation_id uuid',
  'size int',
  'head int',
  'id uuid',
  'position int',
  'direction text',
  'author_kind text',
  'author_id text',
  'author_name text',
  'content jsonb',
  'client_key text',
  'created_at timestamptz',
]

const oneMessageTexts = (source: string): Texts =>
  textsOf(
    columnsOfMessage,
    (v, from) => `
  INSERT INTO {messages} (id, conversation_id, number, direction, state, author_kind, author_id, author_name, content, client_key, created_at)
  SELECT ${v.id}, c.id, c.last_number - ${v.size} + ${v.position}, ${v.direction},
    CASE WHEN ${v.direction} <> 'out' THEN 'shown' WHEN c.took AND ${v.position} = ${v.head} THEN 'sending' ELSE 'queued' END,
    ${v.author_kind}, ${v.author_id}, ${v.author_name}, ${v.content}, ${v.client_key}, ${v.created_at}
  FROM ${source} c ${from('CROSS JOIN')} WHERE c.id = ${v.conversation_id}
  ON CONFLICT (conversation_id, client_key) WHERE client_key IS NOT NULL DO NOTHING
  RETURNING id, conversation_id, number, direction, state, created_at`,
  )

const arrivedColumns = [
  'conversation_id uuid',
  'size int',
  'id uuid',
  'author_name text',
  'content jsonb',
  'external_id text',
  'provider_at timestamptz',
  'created_at timestamptz',
]
const arrivedTexts = (source: string): Texts =>
  textsOf(
    arrivedColumns,
    (v, from) => `
  INSERT INTO {messages} (id, conversation_id, number, direction, state, author_kind, author_name, content, external_id, created_at, provider_at)
  SELECT ${v['id']}, c.id, c.last_number - ${v['size']} + 1, 'in', 'received', 'client', ${v['author_name']}, ${v['content']}, ${v['external_id']},
    ${v['created_at']}, ${v['provider_at']}
  FROM ${source} c ${from('CROSS JOIN')} WHERE c.id = ${v['conversation_id']}
  ON CONFLICT (id) DO NOTHING`,
  )
const payloadTexts = textsOf(
  ['account_id uuid', 'id uuid', 'payload bytea', 'events int'],
  (v, from) =>
    `INSERT INTO {intake} (account_id, id, payload, events) SELECT ${v['account_id']}, ${v['id']}, ${v['payload']}, ${v['events']} ${from('FROM')}`,
)

const deliveriesText = (source: string): string => `
  INSERT INTO {deliveries} (conversation_id, number, message_id, state, first_tried_at, due_at)
  SELECT conversation_id, number, id, state, CASE WHEN state = 'sending' THEN created_at END, created_at FROM ${source} WHERE direction = 'out'`

const keysText = `
  INSERT INTO {command_keys} (id, created_at) SELECT k, $2 FROM unnest($1::uuid[]) AS k ON CONFLICT DO NOTHING RETURNING id`

const itemsText = (source: string, keys: string): string => `
  INSERT INTO {items} (conversation_id, number, id, type, data, due_at)
  SELECT c.id, c.last_number - $1 + i.position, i.id, 'command', i.data::jsonb, i.due_at
  FROM ${source} c, unnest($2::uuid[], $3::int[], $4::text[], $5::timestamptz[], $6::bool[]) AS i(id, position, data, due_at, single)
  ${keys === '' ? '' : `WHERE NOT i.single OR EXISTS (SELECT FROM ${keys} k WHERE k.id = i.id)`}`

/** The texts for the conversation at a place of a unit. Nearly all units have one, and a text that is the same object is found again at once. */
const textsAt = (place: number) => {
  const [conversation, messages, keys] = [`conversation_${place}`, `messages_${place}`, `keys_${place}`]
  return {
    conversation,
    messages,
    keys,
    many: messagesText(conversation),
    one: oneMessageTexts(conversation),
    arrived: arrivedTexts(conversation),
    deliveries: deliveriesText(messages),
    items: itemsText(conversation, ''),
    single: itemsText(conversation, keys),
  }
}
const firstTexts = textsAt(0)

const doneTexts = textsOf(
  ['conversation_id uuid', 'number int'],
  (v, from) => `DELETE FROM {items} i ${from('USING')} WHERE i.conversation_id = ${v.conversation_id} AND i.number = ${v.number}`,
)

// Dates are given as texts: the driver's own conversion of dates costs more than the rest of a value.

/** The writes of one conversation's change, in the order in which they have to run. `place` makes their names unique in the batch. */
export const changeStatements = (change: ConversationChange, place: number, now: Date): Statement[] => {
  const texts = place === 0 ? firstTexts : textsAt(place)
  const { id, lane, messages, items, arrival } = change
  const { text, many } = arrival === undefined ? updateTexts : arrivalTexts
  const statements: Statement[] = [
    {
      text,
      many,
      values: [...updateValues(change, now), ...(arrival === undefined ? heldValues(change) : arrivalValues(arrival))],
      order: id,
      expect: 1,
      as: texts.conversation,
      rows: (rows) => change.record(committed(rows.length === 1 ? rows[0]! : rows.find((row) => row.id === id)!)),
    },
  ]
  if (arrival !== undefined) statements.push(...arrivalStatements(change, arrival, texts, now))
  if (messages.length > 0) statements.push(...messageStatements(change, texts))
  if (items.length > 0) statements.push(...itemStatements(change, texts, now))
  if (lane?.done !== undefined) statements.push(statementOf(doneTexts, [id, lane.done.number], { expect: 1 }))
  return statements
}

/** In the order of the columns. */
const updateValues = ({ id, size, items, outgoing, outbox, holder }: ConversationChange, now: Date): unknown[] => [
  id,
  size,
  items.some(({ dueAt }) => dueAt <= now) ? 1 : 0,
  outgoing ? 1 : 0,
  outbox?.token ?? null,
  (outbox?.until ?? now).toISOString(),
  holder ?? null,
  now.toISOString(),
]

const heldValues = ({ lane, client, items }: ConversationChange): unknown[] => {
  // what this unit adds to the lane keeps it with the turn
  const releaseAt = items.length === 0 ? (lane?.releaseAt ?? null) : null
  return [client?.clientId ?? null, lane?.holder ?? null, client?.identityId ?? null, lane?.token ?? null, releaseAt]
}

const arrivalValues = ({ left: { conversation, version, lastNumber } }: Arrival): unknown[] => [
  conversation.clientId,
  conversation.holder,
  version,
  lastNumber,
]

const arrivalStatements = (change: ConversationChange, { message, payload }: Arrival, texts: typeof firstTexts, now: Date): Statement[] => {
  const { id, authorName, content, externalId, providerAt } = message
  const row = [id, authorName ?? null, JSON.stringify(content), externalId ?? null, providerAt?.toISOString() ?? null, now.toISOString()]
  const arrived = statementOf(texts.arrived, [change.id, change.size, ...row], { expect: 1 })
  if (payload === undefined) return [arrived]
  return [arrived, statementOf(payloadTexts, [payload.accountId, payload.id, payload.payload, payload.events])]
}

const messageStatements = (change: ConversationChange, texts: typeof firstTexts): Statement[] => {
  const { messages } = change
  const head = messages.find(({ direction }) => direction === 'out')
  const rows = messages.map(valuesOf)
  const [one] = rows
  const place = [change.size, head?.position ?? 0]
  const insert: Statement =
    rows.length === 1
      ? statementOf(texts.one, [change.id, ...place, ...one!], { as: texts.messages })
      : { text: texts.many, values: [...place, ...one!.map((_, index) => rows.map((row) => row[index]))], as: texts.messages }
  return head === undefined ? [insert] : [insert, { text: texts.deliveries, many: texts.deliveries, values: [] }]
}

/** In the order of the columns. */
const valuesOf = (m: ConversationChange['messages'][number]): unknown[] => [
  m.id,
  m.position,
  m.direction,
  m.author.kind,
  m.author.id ?? null,
  m.author.name ?? null,
  JSON.stringify(m.content),
  m.clientKey ?? null,
  m.createdAt.toISOString(),
]

const itemStatements = (change: ConversationChange, texts: typeof firstTexts, now: Date): Statement[] => {
  const { items } = change
  const single = items.filter((item) => item.single).map(({ id }) => id)
  const insert: Statement = {
    text: single.length === 0 ? texts.items : texts.single,
    values: [
      change.size,
      items.map((item) => item.id),
      items.map((item) => item.position),
      items.map((item) => JSON.stringify(item.data)),
      items.map((item) => item.dueAt),
      items.map((item) => item.single),
    ],
  }
  return single.length === 0 ? [insert] : [{ text: keysText, values: [single, now], as: texts.keys }, insert]
}

const committed = (row: Record<string, any>): CommittedChange => ({
  id: row.id,
  accountId: row.account_id,
  botId: row.bot_id,
  channel: row.channel,
  chatId: row.chat_id,
  holder: row.holder,
  lastNumber: row.last_number,
  laneVersion: row.lane_version,
  released: row.released,
  laneBusy: row.lane_busy,
  outboxVersion: row.outbox_version,
  outboxToken: row.outbox_token ?? undefined,
  outboxBusy: row.outbox_busy,
  took: row.took === true,
})
