import type { createPreferences, Texts, TopicSocket, UiRuntime } from '@parley/ui-sdk/host'
import {
  createApiClient,
  createCommandRegistry,
  createPageStack,
  createSession,
  createTopicClient,
  createUiPoints,
  createUnsavedWork,
} from '@parley/ui-sdk/host'
import FailureNotice from './plugins/FailureNotice.vue'

/** The SDK over this page: its fetch, its socket, its storage. */
export function createRuntime(texts: Texts, preferences: ReturnType<typeof createPreferences>, report: UiRuntime['report']): UiRuntime {
  const words = () => ({ network: texts.translate('shell.errors.network'), unexpected: texts.translate('shell.errors.unexpected') })
  const fetch = window.fetch.bind(window)
  const session = createSession({ fetch, words })
  const refresh = (): Promise<boolean> => session.refresh()
  return {
    session,
    preferences,
    texts,
    report,
    api: createApiClient({ fetch, words, token: session.token, refresh }),
    topics: createTopicClient({
      refresh,
      async open() {
        const { io } = await import('socket.io-client')
        // one transport and no polling: nothing has to stick to one instance behind a load balancer
        return io('/shell', {
          transports: ['websocket'],
          autoConnect: false,
          auth: (give) => give({ token: session.token() }),
        }) as unknown as TopicSocket
      },
    }),
    points: createUiPoints(),
    pages: createPageStack(),
    unsaved: createUnsavedWork(),
    failure: FailureNotice,
    commands: createCommandRegistry({
      bindings: () => preferences.keys,
      failed: (error) => console.error(error),
      modal: () => document.querySelector('[role="dialog"][data-state="open"], [role="alertdialog"][data-state="open"]') !== null,
    }),
  }
}
