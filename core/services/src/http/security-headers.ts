import type { IncomingMessage, ServerResponse } from 'node:http'
import helmet from 'helmet'

export type Headers = readonly (readonly [string, string])[]

/** What helmet would set; asked once, because its answer never changes and asking costs more than a small request. */
const askHelmet = (options: Parameters<typeof helmet>[0]): Headers => {
  const headers = new Map<string, string>()
  const recorder = { setHeader: (name: string, value: string) => headers.set(name.toLowerCase(), value), removeHeader: () => undefined }
  helmet(options)({} as IncomingMessage, recorder as unknown as ServerResponse, (problem) => {
    if (problem !== undefined) throw problem
  })
  return [...headers]
}

/** For data: nothing of it may run, be framed or be stored. */
export const dataHeaders = (): Headers => [
  ...askHelmet({ contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } } }).filter(
    ([name]) =>
      ['content-security-policy', 'x-content-type-options', 'referrer-policy', 'cross-origin-resource-policy', 'strict-transport-security'].includes(
        name,
      ),
  ),
  ['cache-control', 'no-store'],
]

/** For pages and their assets, which the host's own parts serve; a page with a stricter or wider policy sets its own. */
export const pageHeaders = (): Headers =>
  askHelmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        baseUri: ["'none'"],
        objectSrc: ["'none'"],
        frameAncestors: ["'self'"],
        formAction: ["'self'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
      },
    },
  })

export const setHeaders = (response: ServerResponse, headers: Headers): void => {
  for (const [name, value] of headers) response.setHeader(name, value)
}
