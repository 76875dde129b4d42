import { mount } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { nextTick } from 'vue'
import { createUiKit } from '../kit.ts'
import { englishTexts } from '../kit-texts.ts'
import { defaultValue, fieldKind, humanize, type JsonSchema } from './json-schema.ts'
import UiSchemaForm from './UiSchemaForm.vue'
import { validateValue } from './validate-value.ts'

const schema: JsonSchema = {
  type: 'object',
  required: ['name', 'token', 'limit'],
  properties: {
    name: { type: 'string', title: 'Name', minLength: 1 },
    token: { type: 'string', format: 'password', minLength: 10, description: 'From BotFather.' },
    email: { type: 'string', format: 'email' },
    limit: { type: 'integer', minimum: 1, maximum: 30, default: 20 },
    mode: { anyOf: [{ const: 'webhook', title: 'Webhook' }, { const: 'polling' }], default: 'polling' },
    active: { type: 'boolean', default: true },
    hours: { $ref: '#/$defs/acme~1hours' },
    note: { anyOf: [{ type: 'string' }, { type: 'null' }] },
  },
  $defs: { 'acme/hours': { type: 'object', required: ['from'], properties: { from: { type: 'string', format: 'time', default: '09:00' } } } },
}
const form = (props: object = {}) =>
  mount(UiSchemaForm, { props: { schema, ...props }, global: { plugins: [createUiKit()] }, attachTo: document.body })
const check = (part: JsonSchema, value: unknown): string[] =>
  validateValue(part, value, part, [], englishTexts).map(({ path, message }) => `${path.join('.')}: ${message}`)

test('the form starts with the defaults and draws a control for each kind', async () => {
  const page = form()
  await nextTick()
  expect(page.emitted('update:modelValue')?.at(-1)).toEqual([{ limit: 20, mode: 'polling', active: true, hours: { from: '09:00' } }])
  expect(page.get('[data-testid="field-token"]').attributes()).toMatchObject({ type: 'password', autocomplete: 'new-password' })
  expect(page.get('[data-testid="field-active"]').attributes('role')).toBe('switch')
  expect(page.get('[data-testid="field-mode"]').text()).toBe('polling')
  const label = page.findAll('label').find((one) => one.text().startsWith('Token'))
  const help = page.get('[data-testid="field-token"]').attributes('aria-describedby')
  expect(page.get(`#${help}`).text()).toBe('From BotFather.')
  expect(label?.attributes('for')).toBe(page.get('[data-testid="field-token"]').attributes('id'))
  page.unmount()
})

test('a submit with errors shows them in words and emits nothing; a right one emits the value', async () => {
  const page = form({ modelValue: { limit: 99 } })
  await page.get('form').trigger('submit')
  expect(page.emitted('submit')).toBeUndefined()
  expect(page.findAll('[aria-invalid="true"]').map((field) => field.attributes('data-testid'))).toEqual(['field-name', 'field-token', 'field-limit'])
  expect(page.text()).toContain('The largest allowed value is 30.')
  await page.get('[data-testid="field-name"]').setValue('Support')
  await page.get('[data-testid="field-token"]').setValue('0123456789')
  await page.get('[data-testid="field-limit"]').setValue('5')
  await page.get('form').trigger('submit')
  expect(page.emitted('submit')?.[0]).toEqual([expect.objectContaining({ name: 'Support', limit: 5 })])
  page.unmount()
})

test('an error shows once its field was left; those of the server show at their field', async () => {
  const page = form({ issues: [{ path: ['email'], message: 'This address is taken.' }, { message: 'The whole is wrong.' }] })
  expect(page.text()).not.toContain(englishTexts.required)
  expect(page.text()).toContain('This address is taken.')
  expect(page.get('[role="alert"]').text()).toBe('The whole is wrong.')
  await page.get('[data-testid="field-name"]').trigger('blur')
  expect(page.text()).toContain(englishTexts.required)
  page.unmount()
})

test('validation knows lists, nested objects, variants and optional values', () => {
  expect(check(schema, { name: 'a', token: '0123456789', limit: 1.5, hours: {} })).toEqual([
    'limit: Write a whole number.',
    'hours.from: Fill this in.',
  ])
  const list: JsonSchema = { type: 'array', minItems: 1, items: { type: 'string', format: 'uri' } }
  expect(check(list, [])).toEqual([': Add at least 1.'])
  expect(check(list, ['https://a.example', 'nonsense'])).toEqual(['1: Write a full address that starts with https://.'])
  const variants: JsonSchema = {
    oneOf: [
      { type: 'object', properties: { kind: { const: 'a' }, text: { type: 'string', minLength: 2 } }, required: ['kind', 'text'] },
      { type: 'object', properties: { kind: { const: 'b' } }, required: ['kind'] },
    ],
  }
  expect(check(variants, { kind: 'a', text: 'x' })).toEqual(['text: Use at least 2 characters.'])
  expect(check(variants, { kind: 'b' })).toEqual([])
})

test('kinds, names and starts follow from the schema', () => {
  const kind = (part: JsonSchema) => fieldKind(part, part)
  expect(kind({ type: 'array', items: { enum: ['a'] } })).toBe('choices')
  expect(kind({ type: 'array', items: { type: 'string' } })).toBe('texts')
  expect(kind({ type: 'array', items: { type: 'object', properties: {} } })).toBe('items')
  expect(kind({ type: 'array', items: { type: 'string', format: 'password' } })).toBe('items')
  expect(kind({ type: 'string', maxLength: 2000 })).toBe('multiline')
  expect(kind({})).toBe('json')
  expect(humanize('maxDialogs_per-hour')).toBe('Max dialogs per hour')
  expect(defaultValue({ type: 'array', items: { type: 'string' } }, {})).toEqual([])
})
