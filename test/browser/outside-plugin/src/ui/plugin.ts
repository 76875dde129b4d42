import { contribute, defineUiPlugin, uiPoint, type ComponentLoader } from '@parley/ui-sdk'

const sidePanels = uiPoint<{ readonly title: string; readonly component: ComponentLoader }>('operator-panel.side-panels@1')

export default defineUiPlugin({
  id: 'hello',
  locales: {
    en: { title: 'Hello', broken: 'Broken', panel: 'Seen by hello' },
    uk: { title: 'Привіт', broken: 'Зламане', panel: 'Бачить hello' },
  },
  routes: [
    { path: '', title: 'hello.title', permission: 'hello.view', component: () => import('./HelloPage.vue') },
    { path: 'broken', title: 'hello.broken', permission: 'hello.view', component: () => import('./BrokenPage.vue') },
  ],
  navigation: [{ title: 'hello.title', icon: 'smile', to: '', permission: 'hello.view' }],
  contributes: [contribute(sidePanels, 'hello', { title: 'hello.panel', component: () => import('./ClientPanel.vue') })],
})
