import { permissionId, type Permission, type Schema } from '@parley/plugin-api'
import type { Endpoint } from './endpoint.ts'

type Json = Record<string, unknown>

const securityOf: Readonly<Record<Endpoint['auth'], readonly Json[]>> = {
  user: [{ bearer: [] }, { apiKey: [] }, { token: [] }],
  service: [{ apiKey: [] }, { token: [] }],
  webhook: [],
  public: [],
}

const problem = { description: 'What went wrong', content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } }

/** A schema's JSON Schema; a part that JSON Schema cannot say is left open. */
const toJsonSchema = (schema: Schema, direction: 'input' | 'output'): Json => {
  try {
    const { $schema: _, ...rest } = schema['~standard'].jsonSchema[direction]({ target: 'draft-2020-12' })
    return rest
  } catch {
    return {}
  }
}

const properties = (schema: Schema | undefined): { all: Readonly<Record<string, Json>>; required: readonly string[] } => {
  const described = schema === undefined ? {} : toJsonSchema(schema, 'input')
  return { all: (described['properties'] ?? {}) as Record<string, Json>, required: (described['required'] ?? []) as string[] }
}

const parameters = ({ path, options, isWrite, auth }: Endpoint): readonly Json[] => {
  const known = properties(options.params).all
  const query = properties(options.query)
  const names = path.split('/').flatMap((segment) => (segment.startsWith(':') ? [segment.slice(1)] : []))
  const idempotent = isWrite && (auth === 'user' || auth === 'service')
  return [
    ...names.map((name) => ({ name, in: 'path', required: true, schema: known[name] ?? { type: 'string' } })),
    ...Object.entries(query.all).map(([name, schema]) => ({ name, in: 'query', required: query.required.includes(name), schema })),
    ...(idempotent ? [{ $ref: '#/components/parameters/IdempotencyKey' }] : []),
  ]
}

const requestBody = ({ options }: Endpoint): Json => {
  if (options.multipart !== undefined) {
    const { all, required } = properties(options.body)
    const files = {
      type: 'array',
      items: { type: 'string', contentMediaType: 'application/octet-stream' },
      maxItems: options.multipart.maxFiles ?? 1,
    }
    return { required: true, content: { 'multipart/form-data': { schema: { type: 'object', properties: { ...all, files }, required } } } }
  }
  return { required: true, content: { 'application/json': { schema: options.body === undefined ? {} : toJsonSchema(options.body, 'input') } } }
}

const describePermission = (permission: unknown): Json => {
  if (permission === undefined) return {}
  return { 'x-permission': typeof permission === 'function' ? 'depends on the call' : permissionId(permission as Permission) }
}

/** Why a write leaves no audit entry. */
const describeAudit = ({ isWrite, auth, options }: Endpoint): Json =>
  isWrite && auth !== 'public' && options.unaudited !== undefined ? { 'x-unaudited': options.unaudited } : {}

const operation = (endpoint: Endpoint): Json => {
  const { plugin, route, path, options, auth, label } = endpoint
  const content = options.response === undefined ? {} : { content: { 'application/json': { schema: toJsonSchema(options.response, 'output') } } }
  return {
    operationId: label.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_'),
    tags: [plugin.id],
    ...(options.summary === undefined ? {} : { summary: options.summary }),
    ...(options.aliases?.includes(path) === true ? { description: `The same as ${route.path} of "${plugin.id}".` } : {}),
    security: securityOf[auth],
    ...describePermission(options.permission),
    ...describeAudit(endpoint),
    parameters: parameters(endpoint),
    ...(options.body === undefined && options.multipart === undefined ? {} : { requestBody: requestBody(endpoint) }),
    responses: { 200: { description: 'Done', ...content }, default: problem },
  }
}

const components = {
  securitySchemes: {
    bearer: { type: 'http', scheme: 'bearer', description: 'The access token of a signed-in user, or an API key' },
    apiKey: { type: 'apiKey', in: 'header', name: 'Authorization', description: 'An API key, written as "API-Key <key>"' },
    token: { type: 'apiKey', in: 'header', name: 'x-auth-token', description: 'An API key' },
  },
  parameters: {
    IdempotencyKey: {
      name: 'Idempotency-Key',
      in: 'header',
      required: false,
      description: 'Unique for each request. Sent again within 24 hours, the request is not run a second time and gets the first answer.',
      schema: { type: 'string', minLength: 1, maxLength: 255 },
    },
  },
  schemas: {
    Problem: {
      type: 'object',
      description: 'RFC 9457',
      required: ['type', 'title', 'status', 'detail', 'code', 'requestId'],
      properties: {
        type: { type: 'string' },
        title: { type: 'string' },
        status: { type: 'integer' },
        detail: { type: 'string', description: 'What happened and what to do' },
        code: { type: 'string', description: 'Stable; programs compare this' },
        requestId: { type: 'string' },
        plugin: { type: 'string' },
        issues: {
          type: 'array',
          items: {
            type: 'object',
            required: ['in', 'path', 'message'],
            properties: { in: { enum: ['body', 'query', 'params'] }, path: { type: 'string' }, message: { type: 'string' } },
          },
        },
        details: { type: 'object' },
      },
    },
  },
}

/** OpenAPI 3.1, drawn from what plugins declare. */
export const describeApi = (endpoints: readonly Endpoint[], { version }: { readonly version: string }): object => {
  const paths: Record<string, Json> = {}
  for (const endpoint of endpoints) {
    const path = endpoint.path.replaceAll(/:([^/]+)/g, '{$1}')
    const item = (paths[path] ??= {})
    item[endpoint.route.method.toLowerCase()] = operation(endpoint)
  }
  return { openapi: '3.1.0', info: { title: 'Parley', version }, paths, components }
}
