import { currentContext } from '@parley/kernel'
import type { HttpClient, Metrics, OutboundOptions, OutboundResponse } from '@parley/plugin-api'
import { isParleyError, ParleyError } from '@parley/plugin-api'
import type { Agent, Dispatcher } from 'undici'
import { writeTraceparent, type Tracer } from '../telemetry/index.ts'
import { parseAllowList } from './allow-list.ts'
import { Exchange } from './exchange.ts'
import { guardedConnector, type Resolve } from './guarded-connector.ts'
import { undici } from './undici.ts'

export interface HttpClientOptions {
  /** `host`, `host:port`, `[IPv6]:port` or a range; nothing but public addresses by default. */
  readonly allow?: readonly string[]
  /** Milliseconds for a whole call; default 10,000. */
  readonly timeout?: number
  /** Milliseconds until a connection stands; default 5,000. */
  readonly connectTimeout?: number
  /** Bytes of an answer; default 1 MiB. */
  readonly maxBytes?: number
  /** At once to one origin; default 64. */
  readonly connections?: number
  readonly metrics?: Metrics
  readonly resolve?: Resolve
  /** Calls made under a trace are part of it and carry `traceparent`. */
  readonly tracer?: Tracer | undefined
}

/** The one client of a process; all plugins share its connections. */
export type OutboundClient = HttpClient & {
  /** Waits for calls in flight. */
  close(): Promise<void>
}

const mostRedirects = 5
const redirects = [301, 302, 303, 307, 308]
const credentialHeader = /^(?:authorization|cookie|proxy-authorization|x-.*(?:token|key|secret|signature))$/i

interface Sent extends OutboundOptions {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
}

const parseUrl = (url: string | URL, base?: URL): URL => {
  let parsed: URL
  try {
    parsed = new URL(url, base)
  } catch (cause) {
    throw new ParleyError('invalid_input', 'The address to call is not a valid URL. Write it as https://host/path.', { cause })
  }
  if (parsed.protocol === 'http:' || parsed.protocol === 'https:') return parsed
  throw new ParleyError('outbound_blocked', `Addresses that begin with "${parsed.protocol}" cannot be called. Use http: or https:.`)
}

/** `https://user:password@host` as the header that browsers make of it. */
const withCredentials = (url: URL, headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> => {
  if (url.username === '' && url.password === '') return headers
  const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}`, ...headers }
}

/** A form as bytes: the dispatcher knows only the forms of its own package, not those of Node. */
const encodeForm = async (form: FormData): Promise<{ body: Uint8Array; contentType: string }> => {
  const encoded = new Response(form)
  return { body: new Uint8Array(await encoded.arrayBuffer()), contentType: encoded.headers.get('content-type')! }
}

const withoutCredentials = (headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !credentialHeader.test(name)))

/** @example const http = createHttpClient({ allow: ['crm.local:8443'] }); await http('https://api.example/v1', { method: 'POST', body: '{}' }) */
export const createHttpClient = ({
  allow = [],
  timeout,
  connectTimeout = 5000,
  maxBytes,
  connections = 64,
  metrics,
  resolve,
  tracer,
}: HttpClientOptions): OutboundClient => {
  const usual = { timeout: timeout ?? 10_000, maxBytes: maxBytes ?? 1024 * 1024 }
  const allowed = parseAllowList(allow)
  let agent: Agent | undefined
  let closed = false
  const openAgent = (): Agent => {
    const connect = guardedConnector({ allow: allowed, timeout: connectTimeout, ...(resolve === undefined ? {} : { resolve }) })
    // the exchange has the time limit, one for everything
    const opened = new (undici().Agent)({ connect, connections, pipelining: 1, headersTimeout: 0, bodyTimeout: 0 })
    // then it refuses what comes
    if (closed) void opened.close()
    return opened
  }
  const seconds = metrics?.histogram('outbound_seconds', 'Time of a call to the outside', ['plugin', 'outcome'])

  const exchange = (url: URL, { method, headers, body, signal, timeout: limit, maxBytes: most }: Sent): Promise<OutboundResponse> =>
    new Promise((answer, reject) => {
      const handler = new Exchange({
        label: `${method} ${url.origin}`,
        timeout: limit ?? usual.timeout,
        maxBytes: most ?? usual.maxBytes,
        signal,
        settle: (error, response) => (response === undefined ? reject(error) : answer(response)),
      })
      const request = { origin: url.origin, path: url.pathname + url.search, method, headers, ...(body === undefined ? {} : { body }) }
      agent ??= openAgent()
      agent.dispatch(request as Dispatcher.DispatchOptions, handler)
    })

  /** Follows redirects. Another site, or this one without TLS, must not see what was meant for this one. */
  const follow = async (first: OutboundResponse, from: URL, options: Sent): Promise<OutboundResponse> => {
    let [response, url, { headers }] = [first, from, options]
    for (let count = 0; count < mostRedirects && isRedirect(response, options); count++) {
      const next = parseUrl(response.headers['location']!, url)
      if (next.origin !== url.origin) headers = withoutCredentials(headers)
      url = next
      response = await exchange(url, { ...options, headers })
    }
    return response
  }

  const call = async (address: string | URL, options: OutboundOptions = {}): Promise<OutboundResponse> => {
    const started = performance.now()
    const { plugin = 'host', trace } = currentContext() ?? {}
    const url = parseUrl(address)
    // the path may hold a token, as those of bots do
    const span = trace && tracer?.start(`${(options.method ?? 'GET').toUpperCase()} ${url.host}`, 'client', { parent: trace })
    const measure = (outcome: string): void => {
      seconds?.observe((performance.now() - started) / 1000, { plugin, outcome })
      span?.end({ 'parley.plugin': plugin, 'server.address': url.host, 'parley.outcome': outcome }, !/^[234]xx$/.test(outcome))
    }
    try {
      const prepared = options.body instanceof FormData ? await prepareForm(options, options.body) : prepare(options)
      const headers = withCredentials(url, prepared.headers)
      const sent = { ...prepared, headers: span === undefined ? headers : { ...headers, traceparent: writeTraceparent(span.context) } }
      const first = await exchange(url, sent)
      const response = isRedirect(first, sent) ? await follow(first, url, sent) : first
      measure(`${Math.floor(response.status / 100)}xx`)
      return response
    } catch (error) {
      measure(isParleyError(error) ? error.code : 'internal')
      throw error
    }
  }
  return Object.assign(call, {
    close: async () => {
      closed = true
      await agent?.close()
    },
  })
}

const isRedirect = ({ status, headers }: OutboundResponse, { method }: Sent): boolean =>
  (method === 'GET' || method === 'HEAD') && redirects.includes(status) && headers['location'] !== undefined

const prepare = (options: OutboundOptions): Sent => ({
  ...options,
  method: (options.method ?? 'GET').toUpperCase(),
  headers: { 'user-agent': 'Parley', ...lowerCase(options.headers) },
})

const prepareForm = async (options: OutboundOptions, form: FormData): Promise<Sent> => {
  const { body, contentType } = await encodeForm(form)
  const sent = prepare(options)
  return { ...sent, body, headers: { ...sent.headers, 'content-type': contentType } }
}

const lowerCase = (headers: Readonly<Record<string, string>> = {}): Record<string, string> => {
  const lower: Record<string, string> = {}
  for (const name in headers) lower[name.toLowerCase()] = headers[name]!
  return lower
}
