import type { Actor, Permission } from '@parley/plugin-api'
import { permissionId } from '@parley/plugin-api'

export interface TestResponse {
  readonly status: number
  readonly headers: Headers
  /** Parsed, when the answer is JSON. */
  readonly body: any
  readonly text: string
}

export interface TestRequest {
  readonly headers?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string | number | boolean>>
  /** The caller hangs up when it aborts; the request then throws. */
  readonly signal?: AbortSignal
}

/** What the in-test authenticator says of a caller. Without `permissions` the actor may do everything. */
export interface TestActor {
  readonly kind?: Actor['kind']
  readonly id?: string
  readonly name?: string
  readonly roles?: readonly string[]
  /** `module.verb`, or declared permissions. */
  readonly permissions?: readonly (string | Permission)[]
  /** Bots for which permissions of scope `bot` hold; all of them when not given. */
  readonly bots?: readonly string[]
}

/** Tokens of the in-test authenticator. */
export class TestActors {
  readonly #actors = new Map<string, Actor>()
  /** The plugin that authenticates instead. */
  replacedBy: string | undefined

  token(actor: TestActor): string {
    if (this.replacedBy !== undefined) {
      throw new Error(`"${this.replacedBy}" authenticates in this host. Sign in by its routes and use host.http.token(…).`)
    }
    const token = `test-${this.#actors.size + 1}`
    this.#actors.set(token, toActor(actor))
    return token
  }

  find(token: string): Actor | undefined {
    return this.#actors.get(token)
  }
}

export const toActor = ({ kind = 'user', id = crypto.randomUUID(), name = 'Test', roles = [], permissions, bots }: TestActor): Actor => {
  const granted = permissions?.map((one) => (typeof one === 'string' ? one : permissionId(one)))
  return {
    kind,
    id,
    name,
    roles,
    can: (permission, botId) =>
      (granted === undefined || granted.includes(permissionId(permission))) && (botId === undefined || bots === undefined || bots.includes(botId)),
  }
}

/** A small client of the test host. Never throws on a status: tests look at it. */
export class TestClient {
  readonly #base: string
  readonly #actors: TestActors
  readonly #headers: Readonly<Record<string, string>>

  constructor({ base, actors, headers = {} }: { base: string; actors: TestActors; headers?: Readonly<Record<string, string>> }) {
    this.#base = base
    this.#actors = actors
    this.#headers = headers
  }

  /** Requests of somebody the test makes up; needs that no plugin under test is the authenticator. */
  as(actor: TestActor): TestClient {
    return this.token(this.#actors.token(actor))
  }

  /** Requests with a token, such as one that signing in gave. */
  token(token: string, scheme: 'Bearer' | 'API-Key' = 'Bearer'): TestClient {
    return this.with({ authorization: `${scheme} ${token}` })
  }

  with(headers: Readonly<Record<string, string>>): TestClient {
    return new TestClient({ base: this.#base, actors: this.#actors, headers: { ...this.#headers, ...headers } })
  }

  get(path: string, request?: TestRequest): Promise<TestResponse> {
    return this.request('GET', path, undefined, request)
  }

  post(path: string, body?: unknown, request?: TestRequest): Promise<TestResponse> {
    return this.request('POST', path, body, request)
  }

  put(path: string, body?: unknown, request?: TestRequest): Promise<TestResponse> {
    return this.request('PUT', path, body, request)
  }

  patch(path: string, body?: unknown, request?: TestRequest): Promise<TestResponse> {
    return this.request('PATCH', path, body, request)
  }

  delete(path: string, body?: unknown, request?: TestRequest): Promise<TestResponse> {
    return this.request('DELETE', path, body, request)
  }

  /** Objects are sent as JSON; texts, bytes and forms as they are. Redirects are not followed. */
  async request(method: string, path: string, body?: unknown, { headers = {}, query = {}, signal }: TestRequest = {}): Promise<TestResponse> {
    const url = new URL(path, this.#base)
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value))
    const raw = body === undefined || typeof body === 'string' || body instanceof Uint8Array || body instanceof FormData
    const response = await fetch(url, {
      method,
      redirect: 'manual',
      ...(signal === undefined ? {} : { signal }),
      headers: { ...(body === undefined || raw ? {} : { 'content-type': 'application/json' }), ...this.#headers, ...headers },
      ...(body === undefined ? {} : { body: raw ? (body as BodyInit) : JSON.stringify(body) }),
    })
    const text = await response.text()
    const json = /\bjson\b/.test(response.headers.get('content-type') ?? '')
    return { status: response.status, headers: response.headers, text, body: json && text !== '' ? JSON.parse(text) : undefined }
  }
}
