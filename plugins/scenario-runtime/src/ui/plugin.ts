import { defineUiPlugin } from '@parley/ui-sdk'

export default defineUiPlugin({
  id: 'scenario-runtime',
  routes: [
    { path: '', name: 'scenarios', title: 'scenario-runtime.title', permission: 'scenarios.view', component: () => import('./ScenariosPage.vue') },
  ],
  navigation: [{ title: 'scenario-runtime.title', icon: 'workflow', to: '', permission: 'scenarios.view', order: 100 }],
  locales: { en: () => import('./locales/en.json'), uk: () => import('./locales/uk.json') },
})
