import type { HttpClient, Realtime } from '@parley/plugin-api'

// Stand-ins until the real parts land; removed then.
export const createRealtime = (_: object) => ({
  forPlugin: (_id: string): Realtime => ({ send: async () => undefined }),
  attach: async (..._all: unknown[]) => undefined,
  stop: async () => undefined,
})
export const createConnectors = (_: object) => ({ start: (_plugins: unknown) => undefined, stop: async () => undefined })
export const createHttpClient =
  (_: object): HttpClient =>
  async (url, { method = 'GET', headers = {}, body, signal } = {}) => {
    const response = await fetch(url, { method, headers, ...(body === undefined ? {} : { body: body as BodyInit }), ...(signal ? { signal } : {}) })
    return {
      status: response.status,
      ok: response.ok,
      headers: Object.fromEntries(response.headers),
      text: () => response.text(),
      json: () => response.json(),
      bytes: async () => new Uint8Array(await response.arrayBuffer()),
    }
  }
