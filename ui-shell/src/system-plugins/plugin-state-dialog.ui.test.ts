import { createTestUi } from '@parley/ui-sdk/testing'
import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, expect, test } from 'vitest'
import en from '../i18n/en.json'
import uk from '../i18n/uk.json'
import type { PluginDetails } from './system-plugin.ts'
import PluginStateDialog from './PluginStateDialog.vue'

let leave = (): void => undefined
afterEach(() => leave())

/** What the dialog says before a plugin is stopped. */
async function told(words: object, events: readonly string[]): Promise<string> {
  const ui = createTestUi({ pluginId: 'shell', locales: { shell: words } })
  const plugin = { id: 'acme', kind: 'feature', dependants: [], events } as unknown as PluginDetails
  const dialog = mount(PluginStateDialog, {
    props: { plugin, name: 'Acme', verb: 'disable', busy: false },
    global: ui.global,
    attachTo: document.body,
  })
  leave = () => dialog.unmount()
  await flushPromises()
  return document.body.textContent ?? ''
}

test.each([
  ['English', en, 'What happens after a restart is not: it never learns of that'],
  ['Ukrainian', uk, 'Те, що станеться після перезапуску, — ні: про це він не дізнається'],
])('whoever disables a plugin that listens to others reads what it will miss, in %s', async (_, words, sentence) => {
  expect(await told(words, ['clients.changed@1'])).toContain(sentence)
  leave()
  expect(await told(words, [])).not.toContain(sentence)
})
