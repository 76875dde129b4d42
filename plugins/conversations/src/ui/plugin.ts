import { contribute, defineUiPlugin, settingsPages, shellCommands, uiPoint, type ComponentLoader } from '@parley/ui-sdk'

const bots = '/settings-page/bots'
const view = 'bots.view'

const botLimits = uiPoint<{ readonly component: ComponentLoader }>('identity.bot-limits@1')

export default defineUiPlugin({
  id: 'conversations',
  locales: { en: () => import('./locales/en.json'), uk: () => import('./locales/uk.json') },
  routes: [
    { path: bots, name: 'bots', title: 'conversations.bots.title', permission: view, component: () => import('./bots/BotsPage.vue') },
    {
      path: `${bots}/:bot/:tab(channels|intake)?`,
      name: 'bot',
      title: 'conversations.bots.title',
      permission: view,
      component: () => import('./bot/BotPage.vue'),
    },
  ],
  navigation: [{ title: 'conversations.bots.title', icon: 'bot', to: bots, permission: view, order: 100 }],
  contributes: [
    contribute(
      settingsPages,
      'conversations.bots',
      {
        title: 'conversations.bots.title',
        description: 'conversations.bots.lead',
        group: 'conversations.settingsGroup',
        icon: 'bot',
        to: bots,
        permission: view,
      },
      100,
    ),
    contribute(botLimits, 'conversations', { component: () => import('./bots/BotLimit.vue') }),
    contribute(shellCommands, 'conversations.new-bot', {
      title: 'conversations.bots.new',
      icon: 'plus',
      permission: 'bots.edit',
      to: `${bots}?new=1`,
    }),
  ],
})
