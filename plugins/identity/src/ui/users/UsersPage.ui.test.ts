import { createTestUi, type TestCall } from '@parley/ui-sdk/testing'
import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, describe, expect, test } from 'vitest'
import type { ShownUser } from '../identity-types.ts'
import en from '../locales/en.json'
import UsersPage from './UsersPage.vue'

const user = (number: number, more: Partial<ShownUser> = {}): ShownUser => ({
  id: `00000000-0000-4000-8000-00000000000${number}`,
  email: `person${number}@example.com`,
  firstName: 'Person',
  lastName: String(number),
  roles: ['operator'],
  active: true,
  createdAt: '2026-11-20T09:00:00.000Z',
  ...more,
})
const operator = { key: 'operator', title: 'Operator', description: '', builtIn: true, fixed: false, permissions: [], users: 2 }

async function draw(answers: Record<string, unknown>) {
  const ui = createTestUi({
    pluginId: 'identity',
    locales: { identity: en },
    answers: { 'GET /api/v1/identity/roles': { roles: [operator], modules: [] }, ...answers },
  })
  const page = mount(UsersPage, { global: ui.global, attachTo: document.body })
  await flushPromises()
  return { ui, page, within: (id: string) => document.querySelector<HTMLElement>(`[data-testid="${id}"]`)! }
}

const type = async (element: HTMLElement, text: string): Promise<void> => {
  ;(element as HTMLInputElement).value = text
  element.dispatchEvent(new Event('input', { bubbles: true }))
  await flushPromises()
}

describe('page of people', () => {
  afterEach(() => document.body.replaceChildren())

  test('lists people with the words of their roles, and the next page when asked', async () => {
    const { page, ui, within } = await draw({
      'GET /api/v1/identity/users': ({ query }: TestCall) =>
        query.get('cursor') === 'c1' ? { items: [user(2)] } : { items: [user(1)], nextCursor: 'c1' },
    })
    expect(page.text()).toContain('Person 1')
    expect(page.text()).toContain('Operator')
    expect(ui.calls.find(({ path }) => path.endsWith('/users'))?.query.get('active')).toBe('true')
    within('more').click()
    await flushPromises()
    expect(page.text()).toContain('Person 2')
    expect(within('more')).toBeNull()
  })

  test('says what to do when nobody is there, and when the list fails', async () => {
    const { page } = await draw({ 'GET /api/v1/identity/users': { items: [] } })
    expect(page.text()).toContain('Nobody here yet')
    page.unmount()
    const broken = await draw({
      'GET /api/v1/identity/users': () => {
        throw { status: 503, code: 'database_unavailable', detail: 'The database is away.' }
      },
    })
    expect(broken.page.text()).toContain('The database is away.')
  })

  test('a new person is added and gets a link for a password', async () => {
    const made = user(3)
    const { page, ui, within } = await draw({
      'GET /api/v1/identity/users': { items: [] },
      'POST /api/v1/identity/users': made,
      [`POST /api/v1/identity/users/${made.id}/password-link`]: { path: '/identity/new-password#secret', expiresAt: '2026-11-21T09:00:00.000Z' },
    })
    await page.find('button.ui-button, .ui-empty-state button').trigger('click')
    await type(within('email'), 'new@example.com')
    ;(document.querySelector('#user-form') as HTMLFormElement).requestSubmit()
    await flushPromises()
    expect(ui.calls.find(({ method, path }) => method === 'POST' && path.endsWith('/users'))?.body).toMatchObject({
      email: 'new@example.com',
      roles: ['operator'],
    })
    expect((within('password-link-url') as HTMLInputElement).value).toMatch(/\/identity\/new-password#secret$/)
  })

  test('a refused change says why and keeps what was typed', async () => {
    const { page, within } = await draw({
      'GET /api/v1/identity/users': { items: [user(1)] },
      [`PATCH /api/v1/identity/users/${user(1).id}`]: () => {
        throw { status: 409, code: 'identity/login_taken', detail: 'server words' }
      },
    })
    await page.find(`[data-testid="row-${user(1).id}"]`).trigger('click')
    await flushPromises()
    await type(within('email'), 'taken@example.com')
    ;(document.querySelector('#user-form') as HTMLFormElement).requestSubmit()
    await flushPromises()
    expect(within('user-problem').textContent).toContain('Another person already has this login')
    expect((within('email') as HTMLInputElement).value).toBe('taken@example.com')
  })
})
