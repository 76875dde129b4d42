import { contribute, defineUiPlugin, uiPoint, type ComponentLoader } from '@parley/ui-sdk'

// equal ids are the same point: the plugin that owns it need not be installed
const botLimits = uiPoint<{ readonly component: ComponentLoader }>('identity.bot-limits@1')

export default defineUiPlugin({
  id: 'lines',
  locales: { en: { only: 'Only these lines' }, uk: { only: 'Лише ці лінії' } },
  contributes: [contribute(botLimits, 'lines', { component: () => import('./LineLimit.vue') })],
})
