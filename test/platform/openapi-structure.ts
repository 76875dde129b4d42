import { z } from 'zod'

/** JSON Schema 2020-12 as far as this API uses it: a word that is not in here is a mistake, or a reason to look it up and add it. */
const schema: z.ZodType = z.lazy(() => z.union([z.boolean(), schemaObject]))
const count = z.number().int().nonnegative()
const typeName = z.enum(['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'])
const schemaObject = z.strictObject({
  $ref: z.string().startsWith('#/').optional(),
  type: z.union([typeName, z.array(typeName).nonempty()]).optional(),
  title: z.string().optional(),
  description: z.string().optional(),
  default: z.unknown().optional(),
  examples: z.array(z.unknown()).optional(),
  enum: z.array(z.unknown()).nonempty().optional(),
  const: z.unknown().optional(),
  format: z.string().optional(),
  pattern: z
    .string()
    .refine((text) => new RegExp(text, 'u'))
    .optional(),
  contentMediaType: z.string().optional(),
  contentEncoding: z.string().optional(),
  minLength: count.optional(),
  maxLength: count.optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  exclusiveMaximum: z.number().optional(),
  multipleOf: z.number().positive().optional(),
  minItems: count.optional(),
  maxItems: count.optional(),
  uniqueItems: z.boolean().optional(),
  minProperties: count.optional(),
  maxProperties: count.optional(),
  items: schema.optional(),
  prefixItems: z.array(schema).nonempty().optional(),
  properties: z.record(z.string(), schema).optional(),
  propertyNames: schema.optional(),
  additionalProperties: schema.optional(),
  required: z.array(z.string()).optional(),
  allOf: z.array(schema).nonempty().optional(),
  anyOf: z.array(schema).nonempty().optional(),
  oneOf: z.array(schema).nonempty().optional(),
  not: schema.optional(),
  readOnly: z.boolean().optional(),
  writeOnly: z.boolean().optional(),
})

const reference = z.strictObject({ $ref: z.string().startsWith('#/components/') })
const content = z.record(z.string().regex(/^[\w.+*-]+\/[\w.+*-]+$/), z.strictObject({ schema: schema.optional() }))
const parameter = z
  .strictObject({
    name: z.string().min(1),
    in: z.enum(['path', 'query', 'header', 'cookie']),
    required: z.boolean().optional(),
    description: z.string().optional(),
    schema,
  })
  .refine((value) => value.in !== 'path' || value.required === true, 'a part of the path is always required')

const operation = z.strictObject({
  operationId: z.string().regex(/^[a-z0-9_]+$/),
  tags: z.array(z.string()).nonempty(),
  summary: z.string().min(5).max(150),
  description: z.string().optional(),
  security: z.array(z.record(z.string(), z.array(z.string()))),
  parameters: z.array(z.union([parameter, reference])),
  requestBody: z.strictObject({ required: z.boolean().optional(), content }).optional(),
  responses: z.record(
    z.string().regex(/^([1-5](\d\d|XX)|default)$/),
    z.strictObject({ description: z.string().min(1), content: content.optional() }),
  ),
  'x-permission': z.string().optional(),
  'x-unaudited': z.string().optional(),
})

const verb = z.enum(['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'])

/** What OpenAPI 3.1 says of a document of ours. */
export const openApiDocument = z.strictObject({
  openapi: z.string().regex(/^3\.1\.\d+$/),
  info: z.strictObject({ title: z.string().min(1), version: z.string().min(1) }),
  paths: z.record(z.string().startsWith('/'), z.partialRecord(verb, operation)),
  components: z.strictObject({
    securitySchemes: z.record(
      z.string(),
      z.union([
        z.strictObject({ type: z.literal('http'), scheme: z.string(), description: z.string().optional() }),
        z.strictObject({
          type: z.literal('apiKey'),
          in: z.enum(['query', 'header', 'cookie']),
          name: z.string(),
          description: z.string().optional(),
        }),
      ]),
    ),
    parameters: z.record(z.string(), parameter),
    schemas: z.record(z.string(), schema),
  }),
})
export type OpenApiDocument = z.infer<typeof openApiDocument>

/** What the shape alone does not say: parameters and places agree, names are unique, references and schemes lead somewhere. */
export const contradictions = (document: OpenApiDocument): string[] => {
  const found: string[] = []
  const ids = new Set<string>()
  const shapes = new Set<string>()
  const leads = (ref: string): boolean =>
    ref
      .split('/')
      .slice(1)
      .reduce<any>((node, part) => node?.[part.replaceAll('~1', '/').replaceAll('~0', '~')], document) !== undefined
  for (const [, ref] of JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)) if (!leads(ref!)) found.push(`${ref} leads nowhere`)
  for (const [path, item] of Object.entries(document.paths)) {
    const places = [...path.matchAll(/\{([^{}]+)\}/g)].map(([, name]) => name!)
    const shape = path.replaceAll(/\{[^{}]+\}/g, '{}')
    if (shapes.has(shape)) found.push(`${path} is another path but for its names`)
    shapes.add(shape)
    for (const [method, { operationId, security, parameters }] of Object.entries(item)) {
      const label = `${method} ${path}`
      if (ids.has(operationId)) found.push(`${label}: its operationId stands twice`)
      ids.add(operationId)
      const named = parameters.flatMap((each) => ('name' in each ? [each] : []))
      const inPath = named.filter((each) => each.in === 'path').map(({ name }) => name)
      if (inPath.toSorted().join() !== places.toSorted().join()) found.push(`${label}: its parameters are ${inPath.join()}`)
      const all = named.map(({ name, in: place }) => `${place} ${name}`)
      if (new Set(all).size < all.length) found.push(`${label}: a parameter stands twice`)
      const schemes = security.flatMap((each) => Object.keys(each)).filter((name) => !(name in document.components.securitySchemes))
      if (schemes.length > 0) found.push(`${label}: no scheme ${schemes.join()}`)
    }
  }
  return found
}
