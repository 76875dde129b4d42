import { fill, type KitTexts } from '../kit-texts.ts'
import { choicesOf, fieldKind, resolveSchema, type JsonSchema } from './json-schema.ts'
import { isSavedSecret } from './saved-secret.ts'

export type FormPath = readonly (string | number)[]
/** What is wrong with one field, told under it. */
export interface FormIssue {
  readonly path: FormPath
  readonly message: string
}

const email = /^[^\s@]+@[^\s@]+\.[^\s@]+$/

function textIssue(schema: JsonSchema, value: string, texts: KitTexts): string | undefined {
  if (schema.minLength !== undefined && value.length < schema.minLength)
    return value === '' ? texts.required : fill(texts.tooShort, { limit: schema.minLength })
  if (schema.maxLength !== undefined && value.length > schema.maxLength) return fill(texts.tooLong, { limit: schema.maxLength })
  if (schema.format === 'email' && !email.test(value)) return texts.invalidEmail
  if ((schema.format === 'uri' || schema.format === 'url') && !URL.canParse(value)) return texts.invalidUrl
  // an e-mail's or URL's own pattern says less to a person than the sentence above
  if (schema.pattern && !schema.format && !new RegExp(schema.pattern, 'u').test(value)) return texts.invalid
  return undefined
}

function numberIssue(schema: JsonSchema, value: unknown, texts: KitTexts): string | undefined {
  if (typeof value !== 'number' || Number.isNaN(value)) return texts.invalidNumber
  if (schema.type === 'integer' && !Number.isInteger(value)) return texts.invalidInteger
  const least = schema.minimum ?? (schema.exclusiveMinimum === undefined ? undefined : schema.exclusiveMinimum + (schema.type === 'integer' ? 1 : 0))
  const most = schema.maximum ?? (schema.exclusiveMaximum === undefined ? undefined : schema.exclusiveMaximum - (schema.type === 'integer' ? 1 : 0))
  if (least !== undefined && (value < least || value === schema.exclusiveMinimum)) return fill(texts.tooSmall, { limit: least })
  if (most !== undefined && (value > most || value === schema.exclusiveMaximum)) return fill(texts.tooBig, { limit: most })
  return undefined
}

function listIssues(schema: JsonSchema, value: readonly unknown[], root: JsonSchema, path: FormPath, texts: KitTexts): FormIssue[] {
  if (schema.minItems !== undefined && value.length < schema.minItems) return [{ path, message: fill(texts.tooFew, { limit: schema.minItems }) }]
  if (schema.maxItems !== undefined && value.length > schema.maxItems) return [{ path, message: fill(texts.tooMany, { limit: schema.maxItems }) }]
  const items = schema.items
  return typeof items === 'object' ? value.flatMap((item, index) => validateValue(items, item, root, [...path, index], texts)) : []
}

/** Everything wrong with a value, in plain words. The server decides; this only answers sooner. */
export function validateValue(schema: JsonSchema, value: unknown, root: JsonSchema, path: FormPath, texts: KitTexts, required = true): FormIssue[] {
  const real = resolveSchema(schema, root)
  const kind = fieldKind(real, root)
  if (value === undefined || value === null || (value === '' && kind !== 'object')) {
    const mayBeEmpty = !required || (kind === 'text' && value === '' && !real.minLength && !real.pattern)
    return mayBeEmpty ? [] : [{ path, message: texts.required }]
  }
  if (kind === 'password' && isSavedSecret(value)) return []
  const one = (message: string | undefined): FormIssue[] => (message === undefined ? [] : [{ path, message }])
  if (kind === 'choice') return one(choicesOf(real)?.some((choice) => choice.value === value) ? undefined : texts.notAllowed)
  if (kind === 'number' || kind === 'integer') return one(numberIssue(real, value, texts))
  if (Array.isArray(value)) return listIssues(real, value, root, path, texts)
  if (kind === 'object') {
    return Object.entries(real.properties ?? {}).flatMap(([name, child]) =>
      validateValue(child, (value as Record<string, unknown>)[name], root, [...path, name], texts, real.required?.includes(name) ?? false),
    )
  }
  if (kind === 'variants') {
    const variant = variantOf(real, value, root)
    return variant ? validateValue(variant, value, root, path, texts) : one(texts.notAllowed)
  }
  return typeof value === 'string' ? one(textIssue(real, value, texts)) : []
}

/** @internal The variant whose constants the value has. */
export function variantOf(schema: JsonSchema, value: unknown, root: JsonSchema): JsonSchema | undefined {
  return (schema.oneOf ?? schema.anyOf)
    ?.map((choice) => resolveSchema(choice, root))
    .find((choice) =>
      Object.entries(choice.properties ?? {}).every(
        ([name, child]) => child.const === undefined || child.const === (value as Record<string, unknown>)?.[name],
      ),
    )
}
