import { contribute, defineUiPlugin, topBar } from '@parley/ui-sdk'

export default defineUiPlugin({
  id: 'shifts',
  locales: { en: { start: 'Start the shift' }, uk: { start: 'Почати зміну' } },
  contributes: [contribute(topBar, 'shifts', { component: () => import('./ShiftButton.vue'), permission: 'shifts.work' }, 50)],
})
