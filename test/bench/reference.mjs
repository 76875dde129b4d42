// The least a message can cost: `pg` and `bull` alone, prepared statements, two commits a message and no more statements than needed.
// Commit 1 stores the message, the hook is acknowledged; commit 2 marks it handled and stores the answer; then the answer is sent.
import { createServer, Agent, request } from 'node:http'
import { randomUUID } from 'node:crypto'
import pg from 'pg'

const { DATABASE_URL, REDIS_URL, SINK } = process.env
const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 10 })
await pool.query(`CREATE TABLE IF NOT EXISTS inbound (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, key text UNIQUE, chat text, body jsonb, handled boolean NOT NULL DEFAULT false);
  CREATE TABLE IF NOT EXISTS outbound (id uuid PRIMARY KEY, chat text, body jsonb)`)

const agent = new Agent({ keepAlive: true, maxSockets: 64 })
const send = (body) =>
  new Promise((resolve, reject) => {
    const call = request(SINK, { method: 'POST', agent, headers: { 'content-type': 'application/json' } }, (response) =>
      response.resume().on('end', resolve),
    )
    call.on('error', reject)
    call.end(body)
  })

const handle = async ({ id, chat, text }) => {
  const key = randomUUID()
  const body = JSON.stringify({ chat_id: chat, text, message_id: key })
  await pool.query({
    name: 'answer',
    text: 'WITH handled AS (UPDATE inbound SET handled = true WHERE id = $1) INSERT INTO outbound (id, chat, body) VALUES ($2, $3, $4)',
    values: [id, key, chat, body],
  })
  await send(body)
}

let enqueue = (job) => void setImmediate(() => handle(job).catch(console.error))
if (REDIS_URL !== undefined && REDIS_URL !== '') {
  const { default: Queue } = await import('bull')
  const queue = new Queue('reference', REDIS_URL, { defaultJobOptions: { removeOnComplete: true, removeOnFail: true } })
  queue.process(50, (job) => handle(job.data))
  enqueue = (job) => queue.add(job)
}

const server = createServer((incoming, response) => {
  const chunks = []
  incoming.on('data', (chunk) => chunks.push(chunk))
  incoming.on('end', async () => {
    try {
      const raw = Buffer.concat(chunks).toString()
      const { update_id: key, message } = JSON.parse(raw)
      const stored = await pool.query({
        name: 'store',
        text: 'INSERT INTO inbound (key, chat, body) VALUES ($1, $2, $3) ON CONFLICT (key) DO NOTHING RETURNING id',
        values: [String(key), String(message.chat.id), raw],
      })
      if (stored.rows.length > 0) await enqueue({ id: stored.rows[0].id, chat: message.chat.id, text: message.text })
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    } catch (error) {
      response.writeHead(500).end(String(error))
    }
  })
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/hook`))
process.on('SIGTERM', () => process.exit(0))
