import { contribute, defineUiPlugin, settingsPages } from '@parley/ui-sdk'

const page = '/settings-page/shelves'

export default defineUiPlugin({
  id: 'shop',
  locales: {
    en: { shelves: 'Shelves', lead: 'What stands where', group: 'Shop' },
    uk: { shelves: 'Полиці', lead: 'Що де стоїть', group: 'Магазин' },
  },
  routes: [{ path: page, title: 'shop.shelves', permission: 'shop.edit', component: () => import('./ShelvesPage.vue') }],
  contributes: [
    contribute(
      settingsPages,
      'shop.shelves',
      { title: 'shop.shelves', description: 'shop.lead', group: 'shop.group', icon: 'layers', to: page, permission: 'shop.edit' },
      200,
    ),
  ],
})
