import type { Actor, Clock, Files, Logger, Permission } from '@parley/plugin-api'
import { ParleyError } from '@parley/plugin-api'
import type { TraceContext } from '@parley/kernel'
import type { Context } from 'koa'
import { trackAudit, wasAudited } from '../audit/audited.ts'
import { type Answer, send, toAnswer } from './answer.ts'
import { admit, anonymous, type Authenticate, requirePermission } from './auth-barrier.ts'
import { readBody } from './body-reader.ts'
import { type Caller, networkOf } from './caller.ts'
import { checkResponse } from './check-response.ts'
import type { Endpoint } from './endpoint.ts'
import { type Idempotency, readIdempotencyKey } from './idempotency.ts'
import { discardUploads, readMultipart, type Upload } from './multipart.ts'
import { isMultipart, parseBody, parseForm, refuseEncoded } from './parse-body.ts'
import { waitUntilRunning } from './plugin-gate.ts'
import type { RateLimits } from './rate-limits.ts'
import { RequestCall } from './request-call.ts'
import { validate } from './validate.ts'

export interface EndpointServerOptions {
  readonly clock: Clock
  readonly log: Logger
  readonly caller: Caller
  readonly authenticate: Authenticate
  readonly files: (plugin: string) => Files
  readonly limits: RateLimits
  readonly idempotency: Idempotency
  /** Hold answers against their schemas and demand audit entries: in tests and development. */
  readonly strict: boolean
}

/** How one request is told from others in logs and traces. */
export interface RequestWork {
  readonly requestId: string
  readonly trace: TraceContext | undefined
}

interface Input {
  readonly body: unknown
  readonly rawBody: Buffer
  readonly files: readonly Upload[]
}

/** A write that its caller may repeat. */
interface Keyed {
  readonly key: string
  readonly actor: Actor
  readonly input: Input
}

const noBytes = Buffer.alloc(0)
const noUploads: readonly Upload[] = []

type DynamicPermission = (call: { params: unknown; query: unknown; body: unknown }) => { permission: Permission; botId?: string }

/** One request to one endpoint, in this order: who, may they, how often, what, once. */
export class EndpointServer {
  readonly #parts: EndpointServerOptions

  constructor(options: EndpointServerOptions) {
    this.#parts = options
  }

  async serve(ctx: Context, endpoint: Endpoint, rawParams: Readonly<Record<string, string>>, work: RequestWork): Promise<void> {
    const { clock, caller, limits, authenticate } = this.#parts
    const { options, plugin, auth } = endpoint
    if (plugin.state !== 'running') await waitUntilRunning(plugin, clock, auth === 'webhook')

    const address = caller.address(ctx.req)
    const actor = auth === 'user' || auth === 'service' ? await admit(endpoint, ctx.req.headers, address, authenticate) : anonymous
    if (typeof options.permission === 'object') requirePermission(actor, options.permission)
    if (endpoint.rateLimit !== undefined) await limits.take(endpoint, actor === anonymous ? networkOf(address) : `${actor.kind}:${actor.id}`)

    const named = options.params === undefined ? rawParams : validate(options.params, rawParams, 'params')
    const params = named instanceof Promise ? ((await named) as unknown) : named
    const query = options.query === undefined ? undefined : await validate(options.query, parseForm(ctx.querystring), 'query')
    const input = await this.#read(ctx, endpoint)
    try {
      const body = options.body === undefined ? undefined : await validate(options.body, input.body, 'body')
      if (typeof options.permission === 'function') {
        const asked = (options.permission as DynamicPermission)({ params, query, body })
        requirePermission(actor, asked.permission, asked.botId)
      }
      const parts = { request: ctx.req, response: ctx.res, caller, address, actor, params, query, body, rawBody: input.rawBody, files: input.files }
      const run = (): Promise<Answer> => this.#run(endpoint, new RequestCall(parts), work)
      const key = endpoint.isWrite && actor !== anonymous ? readIdempotencyKey(ctx.req.headers['idempotency-key']) : undefined
      send(ctx, await (key === undefined ? run() : this.#once(ctx, endpoint, { key, actor, input }, run)))
    } catch (error) {
      if (input.files.length > 0) await discardUploads(this.#parts.files(plugin.id), input.files)
      throw error
    }
  }

  async #read({ req }: Context, { options, auth, isWrite, maxBytes, plugin }: Endpoint): Promise<Input> {
    if (!isWrite) return { body: undefined, rawBody: noBytes, files: noUploads }
    const type = req.headers['content-type']
    refuseEncoded(req.headers['content-encoding'])
    if (options.multipart !== undefined && isMultipart(type)) {
      const { fields, files } = await readMultipart(req, this.#parts.files(plugin.id), options.multipart)
      return { body: fields, rawBody: noBytes, files }
    }
    const rawBody = await readBody(req, maxBytes)
    return { body: options.body === undefined ? undefined : parseBody(rawBody, type, auth === 'webhook'), rawBody, files: noUploads }
  }

  async #once(ctx: Context, endpoint: Endpoint, { key, actor, input }: Keyed, run: () => Promise<Answer>): Promise<Answer> {
    // a form has another boundary each time, so it is compared by what it holds
    const form = input.files.length === 0 ? '' : JSON.stringify([input.body, input.files.map(({ field, name, sha256 }) => [field, name, sha256])])
    const content = [ctx.method, ctx.url, input.rawBody, form]
    let ran = false
    const answer = await this.#parts.idempotency.run({ key, actor, plugin: endpoint.plugin.id, content }, () => {
      ran = true
      return run()
    })
    if (!ran) await discardUploads(this.#parts.files(endpoint.plugin.id), input.files)
    return answer
  }

  async #run(endpoint: Endpoint, call: RequestCall, { requestId, trace }: RequestWork): Promise<Answer> {
    const { plugin, route } = endpoint
    const { actor, address } = call
    const plain = { plugin: plugin.id, requestId, actor, address, receiving: endpoint.auth === 'webhook', trace }
    const context = endpoint.mustAudit ? trackAudit(plain) : plain
    const answer = toAnswer(await plugin.run(context, (cradle) => route.handle(call, cradle)), endpoint)
    if (endpoint.mustAudit && answer.status < 300 && !wasAudited(context)) this.#reportUnaudited(endpoint, requestId)
    if (this.#parts.strict) await checkResponse(endpoint, answer)
    return answer
  }

  #reportUnaudited({ label, plugin }: Endpoint, requestId: string): void {
    const message = `${label} finished without an audit entry. Call audit.record in it, or say in the route's "unaudited" why it needs none.`
    if (this.#parts.strict) throw new ParleyError('write_not_audited', message)
    this.#parts.log.error('write not audited', { plugin: plugin.id, requestId, route: label })
  }
}
