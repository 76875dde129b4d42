import { contribute, defineUiPlugin, shellCommands } from '@parley/ui-sdk'

export default defineUiPlugin({
  id: 'shop',
  locales: { en: { new: 'New order' }, uk: { new: 'Нове замовлення' } },
  contributes: [contribute(shellCommands, 'new-order', { title: 'shop.new', icon: 'plus', keys: 'g o', permission: 'shop.edit', to: '/shop?new=1' })],
})
