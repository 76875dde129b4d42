import { defineUiPlugin } from '@parley/ui-sdk'

const permission = 'action_jail.view'

export default defineUiPlugin({
  id: 'action-jail',
  routes: [
    { path: '', name: 'actions', title: 'action-jail.title', permission, component: () => import('./list/ActionsPage.vue') },
    { path: ':id', name: 'action', title: 'action-jail.title', permission, component: () => import('./editor/ActionPage.vue') },
  ],
  navigation: [{ title: 'action-jail.title', icon: 'code', to: '', permission, order: 110 }],
  locales: { en: () => import('./locales/en.json'), uk: () => import('./locales/uk.json') },
})
