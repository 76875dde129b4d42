import { contribute, defineUiPlugin, uiPoint, type ComponentLoader } from '@parley/ui-sdk'
import en from './locales/en.json'
import uk from './locales/uk.json'

const composerActions = uiPoint<{ readonly channels?: readonly string[]; readonly component: ComponentLoader }>('operator-panel.composer-actions@1')

export default defineUiPlugin({
  id: 'line',
  locales: { en, uk },
  contributes: [contribute(composerActions, 'line.place', { channels: ['line'], component: () => import('./AskForPlace.vue') })],
})
