import { mount } from '@vue/test-utils'
import { afterEach, describe, expect, test } from 'vitest'
import { nextTick, ref } from 'vue'
import { createUiKit } from '../kit.ts'
import { englishTexts } from '../kit-texts.ts'
import type { JsonSchema } from './json-schema.ts'
import UiSchemaForm from './UiSchemaForm.vue'

const password = { type: 'string', format: 'password', minLength: 12 } as const
const schema: JsonSchema = {
  type: 'object',
  required: ['token'],
  properties: {
    token: { ...password, title: 'Token' },
    former: { ...password, title: 'Former token', description: 'While you change it.' },
    doors: { type: 'array', items: { type: 'object', required: ['url'], properties: { url: { type: 'string' }, key: password } } },
    keys: { type: 'array', title: 'Key', items: password },
  },
}
const mark = (name: string) => ({ $saved: name })

let leave = (): void => undefined
afterEach(() => leave())

function form(start: Record<string, unknown>) {
  const value = ref(start)
  const submitted: unknown[] = []
  const page = mount(
    {
      components: { UiSchemaForm },
      setup: () => ({ value, schema, submit: (sent: unknown) => submitted.push(sent) }),
      template: '<UiSchemaForm v-model="value" :schema @submit="submit" />',
    },
    { global: { plugins: [createUiKit()] }, attachTo: document.body },
  )
  leave = () => page.unmount()
  return {
    page,
    value,
    submitted,
    field: (path: string) => page.get<HTMLInputElement>(`[data-testid="field-${path}"]`),
    remove: (path: string) => page.get<HTMLButtonElement>(`[data-testid="remove-field-${path}"]`),
    drop: (index: number) => page.findAll(`button[aria-label="${englishTexts.remove}"]`)[index]!.trigger('click'),
  }
}

describe('a saved secret', () => {
  test.each([mark('m'), '••••••••'])('shown as %o is empty, says so, and is complete', async (saved) => {
    const { page, field, value, submitted } = form({ token: saved, former: saved })
    expect(field('token').element.value).toBe('')
    expect(field('token').attributes('placeholder')).toBe(englishTexts.secretSaved)
    await page.get('form').trigger('submit')
    expect(submitted).toEqual([{ token: saved, former: saved }])
    await field('former').setValue('entered')
    expect(value.value['former']).toBe('entered')
    await field('former').setValue('')
    expect(value.value['former']).toEqual(saved)
  })

  test('that may be absent is removed by a button, whose second press keeps it', async () => {
    const { page, field, remove, value, submitted } = form({ token: mark('t'), former: mark('f') })
    expect(page.find('[data-testid="remove-field-token"]').exists()).toBe(false)
    expect(remove('former').text()).toBe('Remove')
    expect(page.text()).not.toContain(englishTexts.showPassword)
    expect(remove('former').attributes('aria-label')).toBe('Remove: Former token')
    await remove('former').trigger('click')
    expect(value.value['former']).toBeNull()
    expect(field('former').attributes('placeholder')).toBe(englishTexts.secretRemoved)
    expect(page.findAll('[role="status"]').map((one) => one.text())).toContain(englishTexts.secretRemoved)
    await page.get('form').trigger('submit')
    expect(submitted).toMatchObject([{ former: null }])
    expect(remove('former').attributes('aria-label')).toBe('Keep: Former token')
    await remove('former').trigger('click')
    expect(value.value['former']).toEqual(mark('f'))
  })

  test('that was removed is entered anew by typing', async () => {
    const { page, field, remove, value } = form({ token: mark('t'), former: mark('f') })
    await remove('former').trigger('click')
    await field('former').setValue('another secret')
    expect(value.value['former']).toBe('another secret')
    expect(page.text()).toContain(englishTexts.showPassword)
    expect(page.find('[data-testid="remove-field-former"]').exists()).toBe(false)
    await field('former').setValue('')
    expect(value.value['former']).toEqual(mark('f'))
  })

  test('is forgotten when a later version of the form has none', async () => {
    const { field, value } = form({ token: mark('t'), former: mark('f') })
    value.value = { token: mark('t') }
    await nextTick()
    await field('former').setValue('x')
    await field('former').setValue('')
    expect(value.value['former']).toBeUndefined()
  })
})

test('an item of a list stays the same field when others are removed, with its own secret', async () => {
  const { field, drop, value } = form({ token: mark('t'), doors: [1, 2].map((n) => ({ url: `${n}`, key: mark(`door ${n}`) })), keys: [] })
  await field('doors.1.key').setValue('typed')
  await drop(0)
  expect(value.value['doors']).toEqual([{ url: '2', key: 'typed' }])
  await field('doors.0.key').setValue('')
  expect(value.value['doors']).toEqual([{ url: '2', key: mark('door 2') }])
})

test('a list of secrets has a field for each; what is removed is the one that was pressed', async () => {
  const { page, field, drop, value } = form({ token: mark('t'), doors: [], keys: [mark('one'), mark('two')] })
  expect(page.findAll('label').map((label) => label.text())).toContain('Key 2*')
  await drop(0)
  expect(value.value['keys']).toEqual([mark('two')])
  await page.findAll('button').at(-1)!.trigger('click')
  await field('keys.1').setValue('third')
  expect(value.value['keys']).toEqual([mark('two'), 'third'])
})
