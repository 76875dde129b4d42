import { expect, test, vi } from 'vitest'
import { createCommandRegistry, type Command } from './command-registry.ts'
import { normalizeBinding, strokeOf } from './key-binding.ts'

const press = (key: string, more: Partial<KeyboardEvent> & { target?: EventTarget } = {}): KeyboardEvent =>
  ({
    key,
    code: '',
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    shiftKey: false,
    repeat: false,
    isComposing: false,
    defaultPrevented: false,
    target: null,
    preventDefault: () => undefined,
    ...more,
  }) as KeyboardEvent
const field = { tagName: 'TEXTAREA' } as unknown as EventTarget
const command = (id: string, keys: string, more: Partial<Command> = {}) => ({ id, title: id, keys, run: vi.fn(), ...more })

test.each([
  [press('k', { ctrlKey: true }), 'mod+k'],
  [press('?', { shiftKey: true }), '?'],
  [press('E', { shiftKey: true }), 'shift+e'],
  [press('к', { code: 'KeyR' }), 'r'],
  [press('Л', { code: 'KeyK', ctrlKey: true, shiftKey: true }), 'mod+shift+k'],
  [press('Enter', { ctrlKey: true }), 'mod+enter'],
  [press(' '), 'space'],
])('a press is named by what is printed on the key in Latin', (event, stroke) => {
  expect(strokeOf(event, false)).toBe(stroke)
})

test('bindings are compared in one form', () => {
  expect(normalizeBinding(' Shift+Mod+K ')).toBe('mod+shift+k')
  expect(normalizeBinding('G  I')).toBe('g i')
  expect(normalizeBinding('mod++')).toBe('mod++')
})

test('the nearest command takes the press, and the person’s own keys win', async () => {
  const page = command('acme.reply', 'r')
  const bindings: Record<string, string> = {}
  const registry = createCommandRegistry({ bindings: () => bindings })
  registry.add(() => [page, command('acme.other', 'r')])
  const panel = command('acme.panel-reply', 'r')
  const leave = registry.add(() => [panel])
  expect(registry.handle(press('r'))).toBe(true)
  await vi.waitFor(() => expect(panel.run).toHaveBeenCalledOnce())
  leave()
  bindings['acme.reply'] = 'x'
  expect(registry.handle(press('x'))).toBe(true)
  await vi.waitFor(() => expect(page.run).toHaveBeenCalledOnce())
})

test('two strokes belong together only when they are close', async () => {
  let now = 0
  const go = command('acme.inbox', 'g i')
  const registry = createCommandRegistry({ now: () => now })
  registry.add(() => [go])
  registry.handle(press('g'))
  now = 5_000
  expect(registry.handle(press('i'))).toBe(false)
  registry.handle(press('g'))
  now = 5_400
  expect(registry.handle(press('i'))).toBe(true)
})

test('in a field only combinations and commands made for it work; in front of a dialog only the latter', () => {
  let dialog = false
  const registry = createCommandRegistry({ modal: () => dialog })
  registry.add(() => [command('acme.take', 't'), command('acme.send', 'mod+enter'), command('acme.leave', 'escape', { whileTyping: true })])
  expect(registry.handle(press('t', { target: field }))).toBe(false)
  expect(registry.handle(press('Enter', { ctrlKey: true, target: field }))).toBe(true)
  expect(registry.handle(press('Escape', { target: field }))).toBe(true)
  dialog = true
  expect(registry.handle(press('t'))).toBe(false)
})

test('a command that is not enabled is neither offered nor run; one that fails is reported', async () => {
  const failed = vi.fn()
  const registry = createCommandRegistry({ failed })
  const broken = command('acme.broken', 'b', { run: () => Promise.reject(new Error('no')) })
  registry.add(() => [command('acme.off', 'o', { enabled: false }), broken])
  expect(registry.all.value.map(({ id }) => id)).toEqual(['acme.broken'])
  expect(registry.handle(press('o'))).toBe(false)
  registry.handle(press('b'))
  await vi.waitFor(() => expect(failed).toHaveBeenCalledOnce())
})
