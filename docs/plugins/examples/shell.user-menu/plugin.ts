import { contribute, defineUiPlugin, userMenu } from '@parley/ui-sdk'

export default defineUiPlugin({
  id: 'shifts',
  locales: { en: { mine: 'My shifts' }, uk: { mine: 'Мої зміни' } },
  contributes: [contribute(userMenu, 'shifts', { title: 'shifts.mine', icon: 'calendar', to: '/shifts/mine' })],
})
