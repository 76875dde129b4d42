import { contribute, defineUiPlugin, uiPoint, type ComponentLoader } from '@parley/ui-sdk'

// equal ids are the same point: the plugin that owns it need not be installed
const sidePanels = uiPoint<{ readonly title: string; readonly component: ComponentLoader }>('operator-panel.side-panels@1')

export default defineUiPlugin({
  id: 'shop',
  locales: { en: { orders: 'Orders', none: 'No orders yet' }, uk: { orders: 'Замовлення', none: 'Замовлень ще немає' } },
  contributes: [contribute(sidePanels, 'shop', { title: 'shop.orders', component: () => import('./OrdersPanel.vue') }, 20)],
})
