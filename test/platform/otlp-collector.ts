import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export interface CollectedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: number
  readonly process: string
}

interface Export {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue: string } }[] }
    readonly scopeSpans: readonly { readonly spans: readonly CollectedSpan[] }[]
  }[]
}

interface OutsideCall {
  readonly traceparent: string | undefined
  readonly body: any
}

/** What an OpenTelemetry collector would get, and beside it an outside service that notes what it is called with. */
export class OtlpCollector implements AsyncDisposable {
  readonly spans: CollectedSpan[] = []
  readonly calls: OutsideCall[] = []
  readonly #server: Server

  private constructor() {
    this.#server = createServer(async (request, response) => {
      const body: unknown = JSON.parse((await text(request)) || '{}')
      if (request.url === '/v1/traces') this.#take(body as Export)
      else this.calls.push({ traceparent: request.headers['traceparent'] as string | undefined, body })
      response.setHeader('content-type', 'application/json').end('{}')
    })
  }

  static async start(): Promise<OtlpCollector> {
    const collector = new OtlpCollector()
    await new Promise<void>((resolve) => collector.#server.listen(0, '127.0.0.1', resolve))
    return collector
  }

  get traceparents(): readonly (string | undefined)[] {
    return this.calls.map(({ traceparent }) => traceparent)
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #take({ resourceSpans }: Export): void {
    for (const { resource, scopeSpans } of resourceSpans) {
      const process = resource.attributes.find(({ key }) => key === 'parley.roles')!.value.stringValue
      this.spans.push(...scopeSpans.flatMap(({ spans }) => spans.map((span) => ({ ...span, process }))))
    }
  }
}
