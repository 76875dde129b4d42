import { ParleyError, type OutboundOptions, type OutboundResponse } from '@parley/plugin-api'
import { z } from 'zod'

const options = z.object({
  url: z.string().min(1).max(4096),
  method: z
    .string()
    .toUpperCase()
    .pipe(z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']))
    .default('GET'),
  headers: z.record(z.string(), z.coerce.string()).default({}),
  body: z.unknown().optional(),
  /** Milliseconds. */
  timeout: z.number().min(1).max(60_000).default(10_000),
  repeatable: z.boolean().optional(),
})

/** One call to the outside world, as the code asked for it. */
export interface RequestOptions {
  readonly url: string
  readonly options: OutboundOptions & { readonly repeatable: boolean }
}

/** What the code gets: the body is parsed when it is JSON, else a text. */
export interface ActionRequest {
  readonly status: number
  readonly ok: boolean
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}

const hasType = (headers: Readonly<Record<string, string>>): boolean => Object.keys(headers).some((name) => name.toLowerCase() === 'content-type')

/** Throws `invalid_input` with all that is wrong with it. Texts are sent as they are, everything else as JSON. */
export const readRequest = (given: unknown): RequestOptions => {
  const result = options.safeParse(given)
  if (!result.success) {
    const reasons = result.error.issues.map(({ path, message }) => `${path.join('.') || 'options'}: ${message}`).join('; ')
    throw new ParleyError('invalid_input', `this.request was called wrongly. ${reasons}`)
  }
  const { url, method, headers, body, timeout, repeatable } = result.data
  const text = body === undefined || body === null ? undefined : typeof body === 'string' ? body : JSON.stringify(body)
  const json = text !== undefined && typeof body !== 'string' && !hasType(headers)
  return {
    url,
    options: {
      ...{ method, timeout },
      headers: json ? { ...headers, 'content-type': 'application/json' } : headers,
      ...(text === undefined ? {} : { body: text }),
      repeatable: repeatable ?? (method === 'GET' || method === 'HEAD'),
    },
  }
}

export const answerOf = async (response: OutboundResponse): Promise<ActionRequest> => {
  const text = await response.text()
  return { status: response.status, ok: response.ok, headers: response.headers, body: parsed(text) }
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}
