import { contribute } from '@parley/ui-sdk'
import { createTestUi } from '@parley/ui-sdk/testing'
import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, expect, test } from 'vitest'
import { h, type FunctionalComponent } from 'vue'
import type { Request } from '../../api/index.ts'
import { composerActions, type ComposerActionProps } from '../points.ts'
import ComposerBox from './ComposerBox.vue'

let leave = (): void => undefined
afterEach(() => leave())

const request = { id: 'a', state: 'open', channel: 'line' } as Request

/** Two buttons: one sends what is written as a keyboard, the other writes. */
const sends: FunctionalComponent<ComposerActionProps> = ({ request: { id }, text, send }) => {
  const buttons = [[{ text: 'Yes', action: 'reply' as const }]]
  return h('button', { 'data-testid': 'sends', onClick: () => send({ kind: 'keyboard', text, buttons, placement: 'inline' }) }, id)
}
const writes: FunctionalComponent<ComposerActionProps> = ({ text, setText }) =>
  h('button', { 'data-testid': 'writes', onClick: () => setText(`${text}!`) })

const open = async (more: { mine?: boolean } = {}) => {
  const ui = createTestUi({ pluginId: 'operator-panel' })
  ui.points.add('line', contribute(composerActions, 'line', { channels: ['line'], component: async () => ({ default: sends }) }))
  ui.points.add('telegram', contribute(composerActions, 'telegram', { channels: ['telegram'], component: async () => ({ default: sends }) }))
  ui.points.add('acme', contribute(composerActions, 'acme', { component: async () => ({ default: writes }) }, 5))
  const box = mount(ComposerBox, { props: { request, mine: true, mayReply: true, ...more }, global: ui.global })
  leave = () => box.unmount()
  await flushPromises()
  return box
}

test('plugins add buttons for their channels, or for all: they read what is written, write, and send', async () => {
  const box = await open()
  expect(box.findAll('[data-testid=sends]').map((one) => one.text())).toEqual(['a'])
  await box.get('textarea').setValue('Is it well')
  await box.get('[data-testid=writes]').trigger('click')
  expect(box.get('textarea').element.value).toBe('Is it well!')
  await box.get('[data-testid=sends]').trigger('click')
  expect(box.emitted('write')).toEqual([[expect.objectContaining({ kind: 'keyboard', text: 'Is it well!' }), false]])
})

test('they are for answers only', async () => {
  const box = await open()
  await box.get('input[type=radio][value=note]').setValue()
  await flushPromises()
  expect(box.find('[data-testid=writes]').exists()).toBe(false)
  expect((await open({ mine: false })).find('[data-testid=writes]').exists()).toBe(false)
})
