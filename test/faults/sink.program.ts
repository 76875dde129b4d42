import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { Random } from './random.ts'
import type { SinkRequest } from './sink.ts'

// The other side, in a process of its own: writes down every request as it comes, and answers as other systems do.
const { rough, seed, patience } = JSON.parse(process.argv[2] ?? '{}') as { rough: boolean; seed: number; patience: number }
const random = new Random(seed)
const ledger: SinkRequest[] = []
const pauseBetweenLimits = 4_000
let limitedAt = 0

const outcome = (): SinkRequest['answer'] => {
  if (!rough) return 200
  const now = Date.now()
  const chance = random.next()
  if (chance < 0.003) return 'none'
  if (chance < 0.008) return 500
  if (chance < 0.02 && now - limitedAt > pauseBetweenLimits) {
    limitedAt = now
    return 429
  }
  return 200
}

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

const server = createServer((request, response) => {
  void (async () => {
    if (request.method === 'GET') return void response.setHeader('content-type', 'application/json').end(JSON.stringify(ledger))
    if (request.method !== 'POST') return void response.end()
    const { chat_id: chat, text } = JSON.parse(await bodyOf(request)) as { chat_id: string; text: string }
    const answer = outcome()
    ledger.push({ channel: request.url!.slice(1), key: String(request.headers['idempotency-key']), chat, text, answer, at: Date.now() })
    await delay(random.between(0, 25))
    if (answer === 'none') {
      await delay(patience)
      return void response.destroy()
    }
    response.writeHead(answer, answer === 429 ? { 'retry-after': '1' } : {}).end('{}')
  })().catch(() => response.destroy())
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))
process.once('disconnect', () => process.exit(0))
