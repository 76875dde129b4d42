import { ApiError, problemOf } from './api-error.ts'
import { uploadWithProgress } from './upload.ts'
import { uniqueKey } from './unique-key.ts'

/** What a call carries beside its body. */
export interface CallOptions {
  readonly query?: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>
  readonly signal?: AbortSignal
  readonly headers?: Readonly<Record<string, string>>
  /** Writes carry a fresh one; give your own to repeat a write safely after a failure. */
  readonly idempotencyKey?: string
}

/** A call that takes time: it tells how far it is. */
export interface UploadOptions extends CallOptions {
  /** From 0 to 1. */
  readonly onProgress?: (part: number) => void
}

/** Calls of the same origin with the person's sign-in. Every failure is an `ApiError`. */
export interface ApiClient {
  get<T>(path: string, options?: CallOptions): Promise<T>
  post<T>(path: string, body?: unknown, options?: CallOptions): Promise<T>
  put<T>(path: string, body?: unknown, options?: CallOptions): Promise<T>
  patch<T>(path: string, body?: unknown, options?: CallOptions): Promise<T>
  delete<T>(path: string, options?: CallOptions): Promise<T>
  /** multipart/form-data with progress. @example api.upload('files', form, { onProgress: (part) => (done.value = part) }) */
  upload<T>(path: string, form: FormData, options?: UploadOptions): Promise<T>
  /** A file that needs the sign-in, such as a client's photo. */
  blob(path: string, options?: CallOptions): Promise<Blob>
  /** The same client whose relative paths start at `/api/v1/<plugin-id>/`. */
  forPlugin(pluginId: string): ApiClient
}

export interface ApiClientParts {
  readonly fetch: typeof fetch
  readonly token: () => string | undefined
  /** Asks for a new token once after a 401; false when the person has to sign in again. */
  readonly refresh: () => Promise<boolean>
  readonly words: () => { readonly network: string; readonly unexpected: string }
}

const withQuery = (path: string, query: CallOptions['query']): string => {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query ?? {})) {
    if (Array.isArray(value)) for (const one of value as readonly string[]) parameters.append(name, one)
    else if (value !== undefined) parameters.set(name, String(value))
  }
  const text = parameters.toString()
  return text ? `${path}${path.includes('?') ? '&' : '?'}${text}` : path
}

/** @internal */
export function createApiClient(parts: ApiClientParts, base = '/api/v1/'): ApiClient {
  const address = (path: string, query: CallOptions['query']): string => withQuery(path.startsWith('/') ? path : base + path, query)

  const headersOf = (method: string, options: CallOptions, key: string): Record<string, string> => {
    const token = parts.token()
    return {
      accept: 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(method === 'GET' ? {} : { 'idempotency-key': key }),
      ...options.headers,
    }
  }

  async function send(method: string, path: string, body: unknown, options: CallOptions): Promise<Response> {
    const key = options.idempotencyKey ?? uniqueKey()
    const attempt = async (): Promise<Response> => {
      const headers = { ...headersOf(method, options, key), ...(body === undefined ? {} : { 'content-type': 'application/json' }) }
      try {
        return await parts.fetch(address(path, options.query), {
          method,
          headers,
          credentials: 'same-origin',
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
          ...(options.signal ? { signal: options.signal } : {}),
        })
      } catch (cause) {
        if (options.signal?.aborted) throw cause
        throw new ApiError({ code: 'network', status: 0, detail: parts.words().network, cause })
      }
    }
    const first = await attempt()
    const answer = first.status === 401 && (await parts.refresh()) ? await attempt() : first
    if (!answer.ok) throw problemOf(answer.status, await answer.text(), parts.words().unexpected)
    return answer
  }

  async function json<T>(method: string, path: string, body: unknown, options: CallOptions = {}): Promise<T> {
    const answer = await send(method, path, body, options)
    const text = await answer.text()
    return (text === '' ? undefined : JSON.parse(text)) as T
  }

  return {
    get: (path, options) => json('GET', path, undefined, options),
    post: (path, body, options) => json('POST', path, body, options),
    put: (path, body, options) => json('PUT', path, body, options),
    patch: (path, body, options) => json('PATCH', path, body, options),
    delete: (path, options) => json('DELETE', path, undefined, options),
    blob: async (path, options = {}) => (await send('GET', path, undefined, options)).blob(),
    async upload<T>(path: string, form: FormData, options: UploadOptions = {}): Promise<T> {
      const key = options.idempotencyKey ?? uniqueKey()
      const attempt = () =>
        uploadWithProgress(address(path, options.query), form, headersOf('POST', options, key), options, () => parts.words().network)
      const first = await attempt()
      const answer = first.status === 401 && (await parts.refresh()) ? await attempt() : first
      if (answer.status < 200 || answer.status > 299) throw problemOf(answer.status, answer.text, parts.words().unexpected)
      return (answer.text === '' ? undefined : JSON.parse(answer.text)) as T
    },
    forPlugin: (pluginId) => createApiClient(parts, `/api/v1/${pluginId}/`),
  }
}
