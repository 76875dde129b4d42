import { contribute, defineUiPlugin, settingsPages, topBar } from '@parley/ui-sdk'

const settings = 'operator_panel.settings'

export default defineUiPlugin({
  id: 'operator-panel',
  locales: { en: () => import('./locales/en.json'), uk: () => import('./locales/uk.json') },
  routes: [
    {
      path: ':folder?/:request?',
      name: 'inbox',
      title: 'operator-panel.inbox',
      permission: 'operator_panel.view',
      component: () => import('./inbox/InboxPage.vue'),
    },
    {
      path: '/settings-page/op-settings/operators',
      name: 'settings',
      title: 'operator-panel.settings.operators.title',
      permission: settings,
      component: () => import('./settings/OperatorsPage.vue'),
    },
    {
      path: '/settings-page/subjects',
      name: 'topics',
      title: 'operator-panel.settings.topics.title',
      permission: settings,
      component: () => import('./settings/TopicsPage.vue'),
    },
    {
      path: '/settings-page/skill_groups',
      name: 'skill-groups',
      title: 'operator-panel.settings.skillGroups.title',
      permission: settings,
      component: () => import('./settings/SkillGroupsPage.vue'),
    },
    {
      path: '/settings-page/statuses',
      name: 'statuses',
      title: 'operator-panel.settings.statuses.title',
      permission: settings,
      component: () => import('./settings/StatusesPage.vue'),
    },
    {
      path: '/settings-page/chat_statuses',
      name: 'close-statuses',
      title: 'operator-panel.settings.closeStatuses.title',
      permission: settings,
      component: () => import('./settings/CloseStatusesPage.vue'),
    },
  ],
  navigation: [{ title: 'operator-panel.inbox', icon: 'inbox', to: '', permission: 'operator_panel.view', order: 0 }],
  contributes: [
    contribute(topBar, 'operator-panel.status', { component: () => import('./OperatorStatusSwitch.vue'), permission: 'operator_panel.edit' }),
    ...[
      ['operators', 'users', '/settings-page/op-settings/operators'],
      ['topics', 'tag', '/settings-page/subjects'],
      ['skillGroups', 'users', '/settings-page/skill_groups'],
      ['statuses', 'circle-dot', '/settings-page/statuses'],
      ['closeStatuses', 'check', '/settings-page/chat_statuses'],
    ].map(([key, icon, to], index) =>
      contribute(
        settingsPages,
        `operator-panel.${key}`,
        {
          title: `operator-panel.settings.${key}.title`,
          description: `operator-panel.settings.${key}.text`,
          group: 'operator-panel.settings.group',
          icon: icon!,
          to: to!,
          permission: settings,
        },
        200 + index,
      ),
    ),
  ],
})
