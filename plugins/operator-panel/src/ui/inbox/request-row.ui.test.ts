import { createTestUi } from '@parley/ui-sdk/testing'
import { mount } from '@vue/test-utils'
import { afterEach, expect, test } from 'vitest'
import type { Request } from '../../api/index.ts'
import RequestRow from './RequestRow.vue'

const request = {
  id: 'a',
  number: 7,
  state: 'open',
  channel: 'widget',
  clientName: 'Ann',
  clientId: 'ann',
  unread: 0,
  lastAt: '2026-11-21T08:00:00Z',
  assignee: { id: 'oksana', name: 'Oksana Koval' },
} as unknown as Request

let leave = (): void => undefined
afterEach(() => leave())

const assigneeOf = (props: { own: boolean; request?: Request }): string | undefined => {
  const ui = createTestUi({ pluginId: 'operator-panel', answers: { 'GET /api/v1/operator-panel/channels': { channels: [] } } })
  const mounted = mount(RequestRow, { props: { request, selected: false, ...props }, global: ui.global })
  leave = () => mounted.unmount()
  const shown = mounted.find('[data-testid=row-assignee]')
  return shown.exists() ? shown.text() : undefined
}

test('a row tells who has the request, but not in the list of whoever has them all, and not when it is closed', () => {
  expect(assigneeOf({ own: false })).toBe('Oksana')
  expect(assigneeOf({ own: true })).toBeUndefined()
  expect(assigneeOf({ own: false, request: { ...request, state: 'closed' } })).toBeUndefined()
})
