import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import type { Files, StoredFile } from '@parley/plugin-api'
import { isParleyError, ParleyError } from '@parley/plugin-api'
import busboy from 'busboy'
import { storableText } from './json-body.ts'

export interface Upload extends StoredFile {
  readonly field: string
}

export interface MultipartBody {
  readonly fields: Readonly<Record<string, string | string[]>>
  readonly files: readonly Upload[]
}

export interface MultipartLimits {
  /** Of each file. */
  readonly maxBytes: number
  /** Default 1. */
  readonly maxFiles?: number
}

const mostFields = 100
const mostFieldBytes = 64 * 1024

const malformed = (cause: unknown): ParleyError =>
  isParleyError(cause) ? cause : new ParleyError('malformed_body', `The multipart body is broken: ${(cause as Error).message}.`, { cause })

const addField = (fields: Record<string, string | string[]>, rawName: string, rawValue: string): void => {
  const name = storableText(rawName)
  const value = storableText(rawValue)
  const known = fields[name]
  fields[name] = known === undefined ? value : [known, value].flat()
}

/** Removes what was stored for a request that failed afterwards. */
export const discardUploads = async (files: Files, uploads: readonly Upload[]): Promise<void> => {
  await Promise.allSettled(uploads.map(({ id }) => files.remove(id)))
}

/** Streams each file of a form to the store while it arrives. When anything is wrong nothing stays. */
export const readMultipart = async (request: IncomingMessage, files: Files, limits: MultipartLimits): Promise<MultipartBody> => {
  const fields = Object.create(null) as Record<string, string | string[]>
  const stored: Promise<Upload>[] = []
  const { maxBytes, maxFiles = 1 } = limits

  const store = async (field: string, stream: Readable, name: string, type: string): Promise<Upload> => {
    try {
      // a store that stops reading must not break the parser, which waits until every file is read
      const content = stream.iterator({ destroyOnReturn: false })
      return { field, ...(await files.put({ name, type, content, maxBytes })) }
    } finally {
      stream.resume()
    }
  }

  const received = new Promise<void>((resolve, reject) => {
    const parser = busboy({
      headers: request.headers,
      defParamCharset: 'utf8',
      limits: { files: maxFiles, fields: mostFields, fieldSize: mostFieldBytes, fieldNameSize: 200, parts: maxFiles + mostFields },
    })
    const tooMany = (what: string) => (): void => reject(new ParleyError('too_large', `The form has more than ${what}.`))
    parser
      .on('field', (name, value, { valueTruncated }) => {
        if (valueTruncated) reject(new ParleyError('too_large', `The field "${name}" is longer than ${mostFieldBytes} bytes.`))
        else addField(fields, name, value)
      })
      .on('file', (field, stream, { filename, mimeType }) => {
        // a stream without a listener would take the process down when the form ends in the middle of a file
        stream.on('error', reject)
        const upload = store(storableText(field), stream, filename ?? 'file', mimeType)
        upload.catch(reject)
        stored.push(upload)
      })
      .on('filesLimit', tooMany(`${maxFiles} file${maxFiles > 1 ? 's' : ''}`))
      .on('fieldsLimit', tooMany(`${mostFields} fields`))
      .on('partsLimit', tooMany(`${maxFiles + mostFields} parts`))
      .on('error', reject)
      .on('close', resolve)
    request.on('error', reject).on('close', () => {
      if (!request.complete) parser.destroy(new Error('the connection was lost'))
    })
    request.pipe(parser)
  })

  try {
    await received
    return { fields, files: await Promise.all(stored) }
  } catch (error) {
    request.unpipe()
    request.resume()
    const settled = await Promise.allSettled(stored)
    await discardUploads(
      files,
      settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])),
    )
    throw malformed(error)
  }
}
