import { mount } from '@vue/test-utils'
import { expect, test, vi } from 'vitest'
import { defineComponent, h, nextTick } from 'vue'
import { createUiKit } from '../kit.ts'
import { useConfirm } from '../composables/use-confirm.ts'
import { useToast } from '../composables/use-toast.ts'
import UiAvatar from './UiAvatar.vue'
import UiButton from './UiButton.vue'
import UiField from './UiField.vue'
import UiFileDrop from './UiFileDrop.vue'
import UiIcon from './UiIcon.vue'
import UiIconButton from './UiIconButton.vue'
import UiInput from './UiInput.vue'
import UiMenu from './UiMenu.vue'
import UiTable from './UiTable.vue'
import UiToasts from './UiToasts.vue'

const global = () => ({ plugins: [createUiKit()] })

test('a button that works or is disabled takes no clicks and keeps its attributes', async () => {
  const click = vi.fn()
  const button = mount(UiButton, {
    props: { loading: true, onClick: click },
    attrs: { 'data-testid': 'save' },
    slots: { default: 'Save' },
    global: global(),
  })
  await button.trigger('click')
  expect(click).not.toHaveBeenCalled()
  expect(button.attributes()).toMatchObject({ 'aria-busy': 'true', type: 'button', 'data-testid': 'save' })
  await button.setProps({ loading: false })
  await button.trigger('click')
  expect(click).toHaveBeenCalledOnce()
})

test('a tooltip is shown without an element around its control', async () => {
  vi.useFakeTimers()
  const page = mount(() => h('nav', h(UiIconButton, { icon: 'x', label: 'Close it' })), { global: global(), attachTo: document.body })
  const button = page.element.firstElementChild
  expect(button?.tagName).toBe('BUTTON')
  button?.dispatchEvent(new Event('pointerenter'))
  await vi.advanceTimersByTimeAsync(500)
  const tooltip = document.querySelector('[role="tooltip"]')
  expect(tooltip?.textContent).toBe('Close it')
  expect(button?.getAttribute('aria-describedby')).toBe(tooltip?.id)
  button?.dispatchEvent(new Event('pointerleave'))
  await nextTick()
  expect(document.querySelector('[role="tooltip"]')).toBeNull()
  page.unmount()
  vi.useRealTimers()
})

test('a menu gives the focus back to its button', async () => {
  const page = mount(UiMenu, { props: { entries: [{ label: 'Edit' }], label: 'Actions' }, global: global(), attachTo: document.body })
  const button = document.querySelector<HTMLElement>('button[aria-label="Actions"]')
  button?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }))
  await vi.waitFor(() => expect(document.querySelector('[role="menuitem"]')).not.toBeNull())
  document.querySelector('[role="menu"]')?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }))
  await vi.waitFor(() => expect(document.activeElement).toBe(button))
  page.unmount()
})

test('a field gives its control the label, the help and the error', () => {
  const field = mount(UiField, {
    props: { label: 'E-mail', help: 'As you sign in.', error: 'Not an address.', required: true },
    slots: { default: () => h(UiInput, { modelValue: 'x', 'data-testid': 'email' }) },
    global: global(),
  })
  const input = field.get('[data-testid="email"]')
  expect(field.get('label').attributes('for')).toBe(input.attributes('id'))
  expect(input.attributes()).toMatchObject({ 'aria-invalid': 'true', 'aria-required': 'true' })
  const described = input
    .attributes('aria-describedby')
    ?.split(' ')
    .map((id) => field.get(`[id="${id}"]`).text())
  expect(described).toEqual(['As you sign in.', 'Not an address.'])
})

test('a password can be shown and hidden', async () => {
  const input = mount(UiInput, { props: { type: 'password', modelValue: 'secret' }, global: global() })
  await input.get('button').trigger('click')
  expect(input.get('input').attributes('type')).toBe('text')
  await input.get('button').trigger('click')
  expect(input.get('input').attributes('type')).toBe('password')
})

test('a rare icon arrives by itself, an unknown one is a plain square', async () => {
  const kit = global()
  const rare = mount(UiIcon, { props: { name: 'wallet' }, global: kit })
  expect(rare.element.childElementCount).toBe(0)
  await vi.waitFor(() => expect(rare.element.childElementCount).toBeGreaterThan(0), 15_000)
  const unknown = mount(UiIcon, { props: { name: 'no-such-icon' }, global: kit })
  const square = mount(UiIcon, { props: { name: 'square' }, global: kit })
  expect(unknown.element.innerHTML).toBe(square.element.innerHTML)
})

test('an avatar says who and whether they are there; its letters are not text', () => {
  const avatar = mount(UiAvatar, { props: { name: 'Олена Ковальчук', presence: 'online' }, global: global() })
  expect(avatar.attributes()).toMatchObject({ role: 'img', 'aria-label': 'Олена Ковальчук, Online' })
  expect(avatar.text()).toBe('')
  expect(avatar.get('[data-initials]').attributes('data-initials')).toBe('ОК')
})

test('a table sorts by its header, moves by arrows, opens by Enter and chooses by Space', async () => {
  const rows = [
    { id: 'a', name: 'Ю', open: 2 },
    { id: 'b', name: 'Ґ', open: 10 },
    { id: 'c', name: 'Б', open: 1 },
  ]
  const columns = [
    { id: 'name', label: 'Name', sortable: true },
    { id: 'open', label: 'Open', sortable: true },
  ]
  const open = vi.fn()
  const table = mount(UiTable<(typeof rows)[number]>, {
    props: { rows, columns, rowKey: (row: (typeof rows)[number]) => row.id, label: 'People', selectable: true, openable: true, onOpen: open },
    attachTo: document.body,
    global: global(),
  })
  const order = (): string[] => table.findAll('tbody tr').map((row) => row.attributes('data-testid') ?? '')
  await table.findAll('th button')[1]?.trigger('click')
  expect(order()).toEqual(['row-c', 'row-a', 'row-b'])
  await table.findAll('th button')[1]?.trigger('click')
  expect(order()).toEqual(['row-b', 'row-a', 'row-c'])
  expect(table.findAll('th[aria-sort]').map((head) => head.attributes('aria-sort'))).toEqual(['none', 'descending'])
  const first = table.get('[data-testid="row-b"]')
  await first.trigger('keydown', { key: 'ArrowDown' })
  expect(document.activeElement?.getAttribute('data-testid')).toBe('row-a')
  await table.get('[data-testid="row-a"]').trigger('keydown', { key: 'Enter' })
  expect(open).toHaveBeenCalledWith(rows[0])
  await table.get('[data-testid="row-a"]').trigger('keydown', { key: ' ' })
  expect(table.emitted('update:selection')).toEqual([[['a']]])
  expect(table.get('[role="toolbar"]').text()).toBe('1 selected')
  table.unmount()
})

test('files that are too large or of a wrong type are refused in a sentence, the others taken', async () => {
  const drop = mount(UiFileDrop, { props: { accept: 'image/*,.pdf', maxBytes: 3 }, global: global() })
  const file = (name: string, type: string, content: string): File => new File([content], name, { type })
  const files = [
    file('a.png', 'image/png', 'abc'),
    file('b.pdf', '', 'ab'),
    file('c.exe', 'application/x-msdownload', 'a'),
    file('d.png', 'image/png', 'abcd'),
  ]
  const input = drop.get('input').element
  Object.defineProperty(input, 'files', { value: files })
  await drop.get('input').trigger('change')
  expect((drop.emitted('files')![0]![0] as File[]).map(({ name }) => name)).toEqual(['a.png', 'b.pdf'])
  expect(drop.emitted('problem')?.flat()).toEqual([
    '“c.exe” is of a type that is not accepted here.',
    '“d.png” is larger than 3 byte. Choose a smaller file.',
  ])
})

test('a toast with Undo undoes once and goes; one of danger stays', async () => {
  vi.useFakeTimers()
  try {
    const undo = vi.fn()
    const Page = defineComponent({
      setup() {
        const toast = useToast()
        toast.undo('Closed', undo)
        toast.error(new Error('The channel refused it.'))
        toast.success('Saved')
        return () => h(UiToasts)
      },
    })
    const page = mount(Page, { global: global() })
    await nextTick()
    expect(page.findAll('[data-testid="toast"]')).toHaveLength(3)
    expect(page.get('[role="alert"]').text()).toContain('The channel refused it.')
    await page.get('[data-testid="toast-action"]').trigger('click')
    expect(undo).toHaveBeenCalledOnce()
    vi.advanceTimersByTime(60_000)
    await nextTick()
    expect(page.findAll('[data-testid="toast"]').map((toast) => toast.attributes('role'))).toEqual(['alert'])
  } finally {
    vi.useRealTimers()
  }
})

test('what cannot be undone asks for the name typed', async () => {
  let ask: ReturnType<typeof useConfirm> | undefined
  const Page = defineComponent({
    setup() {
      ask = useConfirm()
      return () => h(UiToasts)
    },
  })
  const page = mount(Page, { attachTo: document.body, global: global() })
  const answer = ask?.({ title: 'Delete the bot?', nameToType: 'Support', danger: true })
  const found = async <E extends Element>(testId: string): Promise<E> => {
    await vi.waitFor(() => expect(document.querySelector(`[data-testid="${testId}"]`)).not.toBeNull())
    return document.querySelector(`[data-testid="${testId}"]`) as E
  }
  const yes = await found<HTMLButtonElement>('confirm-yes')
  const input = await found<HTMLInputElement>('confirm-name')
  expect(yes.disabled).toBe(true)
  input.value = 'Support'
  input.dispatchEvent(new Event('input'))
  await nextTick()
  yes.click()
  expect(await answer).toBe(true)
  const second = ask?.({ title: 'Really?' })
  ;(await found<HTMLButtonElement>('confirm-cancel')).click()
  expect(await second).toBe(false)
  page.unmount()
})
