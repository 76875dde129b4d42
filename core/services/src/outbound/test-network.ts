import { createServer, type RequestListener, type Server } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { createHttpClient, type HttpClientOptions, type OutboundClient } from './create-http-client.ts'
import type { Resolve } from './guarded-connector.ts'

/** Clients and servers of a test, closed together by `close`. */
export const createTestNetwork = () => {
  const cleanUp: (() => Promise<unknown> | void)[] = []

  const listen = async (server: Server | ReturnType<typeof createTcpServer>): Promise<number> => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    cleanUp.push(() => {
      if ('closeAllConnections' in server) server.closeAllConnections()
      return new Promise<void>((resolve) => void server.close(() => resolve()))
    })
    return (server.address() as AddressInfo).port
  }

  return {
    listen,
    client(options: HttpClientOptions = {}): OutboundClient {
      const made = createHttpClient(options)
      cleanUp.push(() => made.close())
      return made
    },
    async serve(listener: RequestListener): Promise<{ url: string; port: number; count: () => number }> {
      let count = 0
      const port = await listen(
        createServer((request, response) => {
          count++
          listener(request, response)
        }),
      )
      return { url: `http://127.0.0.1:${port}`, port, count: () => count }
    },
    /** A port on which nobody listens. */
    async freePort(): Promise<number> {
      const port = await listen(createTcpServer())
      await cleanUp.pop()!()
      return port
    },
    async close(): Promise<void> {
      for (const step of cleanUp.splice(0).reverse()) await step()
    },
  }
}

/** The code of the error a call ends with, or `answered`. */
export const codeOf = async (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'answered',
    (error: { code: string }) => error.code,
  )

/** A resolver that knows these names. */
export const names = (table: Record<string, readonly string[]>): Resolve =>
  ((host: string, _: object, callback: (error: Error | null, addresses: object[]) => void) => {
    const addresses = table[host]
    if (addresses === undefined) callback(Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND' }), [])
    else
      callback(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      )
  }) as never
