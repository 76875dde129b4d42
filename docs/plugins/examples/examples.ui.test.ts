import { mountUiPlugin } from '@parley/test-kit/ui'
import { settingsPages, shellCommands, topBar, uiPoint, userMenu } from '@parley/ui-sdk'
import { expect, test, vi } from 'vitest'
import lineLimit from './identity.bot-limits/plugin.ts'
import polite from './operator-panel.composer-actions/plugin.ts'
import orders from './operator-panel.side-panels/plugin.ts'
import newOrder from './shell.commands/plugin.ts'
import shelves from './shell.settings-pages/plugin.ts'
import shiftButton from './shell.top-bar/plugin.ts'
import myShifts from './shell.user-menu/plugin.ts'

test('shell.settings-pages: the page stands in the settings and opens', async () => {
  const { screen, points, failures, missingTexts, unmount } = await mountUiPlugin(shelves, { path: '/settings-page/shelves', language: 'uk' })
  expect(points.get(settingsPages).value).toMatchObject([{ pluginId: 'shop', value: { to: '/settings-page/shelves', title: 'shop.shelves' } }])
  expect(screen.text()).toContain('Що де стоїть')
  expect([failures, missingTexts]).toEqual([[], []])
  unmount()
})

test('shell.commands and shell.user-menu: a command and a line', async () => {
  const commands = await mountUiPlugin(newOrder)
  expect(commands.points.get(shellCommands).value).toMatchObject([{ pluginId: 'shop', value: { keys: 'g o', to: '/shop?new=1' } }])
  commands.unmount()
  const menu = await mountUiPlugin(myShifts)
  expect(menu.points.get(userMenu).value).toMatchObject([{ pluginId: 'shifts', value: { to: '/shifts/mine' } }])
  menu.unmount()
})

test('shell.top-bar: the control is drawn and works', async () => {
  const { screen, calls, settle, failures, unmount } = await mountUiPlugin(shiftButton, {
    slot: { point: topBar },
    answers: { 'POST /api/v1/shifts/shift': {} },
  })
  await screen.get('button').trigger('click')
  await settle()
  expect(calls).toMatchObject([{ method: 'POST', path: '/api/v1/shifts/shift' }])
  expect(screen.get('button').attributes('aria-pressed')).toBe('true')
  expect(failures).toEqual([])
  unmount()
})

test('operator-panel.composer-actions: one press sends what is written, with two buttons', async () => {
  const send = vi.fn()
  const slot = {
    point: uiPoint('operator-panel.composer-actions@1'),
    context: { request: { channel: 'telegram' }, text: '', setText: vi.fn(), send },
  }
  const { screen, failures, missingTexts, unmount } = await mountUiPlugin(polite, { slot, language: 'uk' })
  await screen.get('button').trigger('click')
  expect(send.mock.calls).toMatchObject([[{ kind: 'keyboard', text: 'Чи все тепер гаразд?', buttons: [[{ text: 'Так' }, { text: 'Ні' }]] }]])
  expect([failures, missingTexts]).toEqual([[], []])
  unmount()
})

test('operator-panel.side-panels: the panel knows whose request it is', async () => {
  const slot = { point: uiPoint('operator-panel.side-panels@1'), context: { requestId: 'r1' } }
  const answers = { 'GET /api/v1/shop/orders': { orders: [{ id: '1', title: 'Tea', state: 'sent' }] } }
  const { screen, calls, failures, unmount } = await mountUiPlugin(orders, { slot, answers })
  expect(calls[0]?.query.get('requestId')).toBe('r1')
  expect(screen.text()).toContain('Tea')
  expect(failures).toEqual([])
  unmount()
})

test('identity.bot-limits: the field is drawn with what was chosen', async () => {
  const slot = { point: uiPoint('identity.bot-limits@1'), context: { modelValue: ['line-1'] } }
  const { screen, failures, unmount } = await mountUiPlugin(lineLimit, { slot })
  expect(screen.text()).toContain('Only these lines')
  expect(screen.text()).toContain('+380 44 000 00 01')
  expect(failures).toEqual([])
  unmount()
})
