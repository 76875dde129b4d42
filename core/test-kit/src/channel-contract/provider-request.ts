import type { IncomingMessage } from 'node:http'
import type { ProviderRequest } from './description.ts'

/** A request as descriptions of providers read it. */
export const readRequest = async (incoming: IncomingMessage, number: number, origin: string): Promise<ProviderRequest> => {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  const bytes = Buffer.concat(chunks)
  const url = new URL(incoming.url ?? '/', origin)
  const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]))
  const body = await parsed(bytes, headers['content-type'] ?? '')
  const form = headers['content-type']?.startsWith('multipart/') === true
  return {
    number,
    method: incoming.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers,
    text: form ? JSON.stringify(body) : bytes.toString(),
    body,
    origin,
  }
}

const parsed = async (bytes: Buffer, type: string): Promise<unknown> => {
  if (type.startsWith('multipart/form-data')) return await fieldsOf(bytes, type)
  if (type.startsWith('application/x-www-form-urlencoded')) return Object.fromEntries(new URLSearchParams(bytes.toString()))
  try {
    return JSON.parse(bytes.toString())
  } catch {
    return undefined
  }
}

const fieldsOf = async (bytes: Buffer, type: string): Promise<object> => {
  const form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': type } }).formData()
  return Object.fromEntries(
    [...form].map(([name, value]) => [name, typeof value === 'string' ? value : { name: value.name, type: value.type, size: value.size }]),
  )
}
