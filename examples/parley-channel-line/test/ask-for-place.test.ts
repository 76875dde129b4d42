// @vitest-environment happy-dom
import { uiPoint } from '@parley/ui-sdk'
import { mountUiPlugin } from '@parley/test-kit/ui'
import { expect, test, vi } from 'vitest'
import plugin from '../src/ui/plugin.ts'

const open = async (text: string, language: 'en' | 'uk' = 'en') => {
  const given = { request: { channel: 'line' }, text, send: vi.fn(), setText: vi.fn() }
  const mounted = await mountUiPlugin(plugin, { slot: { point: uiPoint('operator-panel.composer-actions@1'), context: given }, language })
  await mounted.screen.get('[data-testid=line-place]').trigger('click')
  await mounted.settle()
  const inDialog = <E extends HTMLElement>(id: string): E => document.querySelector<E>(`[data-testid=${id}]`)!
  return { ...mounted, ...given, inDialog }
}

test('the operator asks for the place in words of their own, which leave the field', async () => {
  const { inDialog, send, setText, settle, unmount, failures } = await open('Where shall we bring it?')
  inDialog('line-ask').click()
  await settle()
  expect(send).toHaveBeenCalledExactlyOnceWith({
    kind: 'keyboard',
    text: 'Where shall we bring it?',
    buttons: [[{ text: 'Share my location', action: 'location' }]],
    placement: 'reply',
  })
  expect(setText).toHaveBeenCalledExactlyOnceWith('')
  expect(failures).toEqual([])
  unmount()
})

test('an empty field is asked for in words that are ready, in the language of the operator', async () => {
  const { inDialog, send, setText, settle, unmount, missingTexts } = await open('', 'uk')
  inDialog('line-ask').click()
  await settle()
  expect(send.mock.calls[0]).toMatchObject([{ text: 'Де ви зараз? Поділіться, будь ласка, своїм місцем.', buttons: [[{ text: 'Надіслати місце' }]] }])
  expect(setText).not.toHaveBeenCalled()
  expect(missingTexts).toEqual([])
  unmount()
})
