import { createServer } from 'node:http'
import { once } from 'node:events'

/** The other side of the custom channel: counts what arrives, and tells who waits for it. */
export const startSink = async () => {
  const waiting = new Map()
  let received = 0
  const server = createServer((request, response) => {
    const chunks = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
      if (request.method !== 'POST') return
      received += 1
      const { chat_id: chat, text } = JSON.parse(Buffer.concat(chunks).toString())
      waiting.get(`${chat}:${text}`)?.(performance.now())
    })
  })
  server.keepAliveTimeout = 60_000
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${server.address().port}/out`,
    received: () => received,
    /** Resolves with the time at which the text reached the chat. */
    arrival: (chat, text) =>
      new Promise((resolve) => {
        const key = `${chat}:${text}`
        waiting.set(key, (at) => {
          waiting.delete(key)
          resolve(at)
        })
      }),
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
