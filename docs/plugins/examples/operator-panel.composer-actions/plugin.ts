import { contribute, defineUiPlugin, uiPoint, type ComponentLoader } from '@parley/ui-sdk'

// equal ids are the same point: the plugin that owns it need not be installed
const composerActions = uiPoint<{ readonly channels?: readonly string[]; readonly component: ComponentLoader }>('operator-panel.composer-actions@1')

export default defineUiPlugin({
  id: 'polite',
  locales: {
    en: { ask: 'Ask whether all is well', question: 'Is all well now?', yes: 'Yes', no: 'No' },
    uk: { ask: 'Запитати, чи все гаразд', question: 'Чи все тепер гаразд?', yes: 'Так', no: 'Ні' },
  },
  // without `channels` it is there in dialogs of all of them
  contributes: [contribute(composerActions, 'polite', { channels: ['telegram', 'widget'], component: () => import('./AskButton.vue') })],
})
