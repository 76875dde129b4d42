import { contribute, defineUiPlugin, settingsPages, shellCommands, topBar, userMenu } from '@parley/ui-sdk'

const usersPage = '/settings-page/users'
const rolesPage = '/settings-page/roles'
const keysPage = '/settings-page/api-keys'
const securityPage = '/settings-page/security'
const profilePage = '/identity/profile'

export default defineUiPlugin({
  id: 'identity',
  routes: [
    { path: usersPage, component: () => import('./users/UsersPage.vue'), title: 'identity.users.title', permission: 'users.view' },
    { path: rolesPage, component: () => import('./roles/RolesPage.vue'), title: 'identity.roles.title', permission: 'users.view' },
    { path: keysPage, component: () => import('./api-keys/ApiKeysPage.vue'), title: 'identity.keys.title', permission: 'api_keys.edit' },
    { path: securityPage, component: () => import('./security/SecurityPage.vue'), title: 'identity.security.title', permission: 'security.edit' },
    { path: 'profile', component: () => import('./profile/ProfilePage.vue'), title: 'identity.profile.title' },
    { path: 'new-password', component: () => import('./profile/NewPasswordPage.vue'), title: 'identity.newPassword.title', meta: { public: true } },
  ],
  contributes: [
    contribute(settingsPages, 'users', {
      title: 'identity.users.title',
      description: 'identity.users.description',
      group: 'identity.settingsGroup',
      icon: 'users',
      to: usersPage,
      permission: 'users.view',
    }),
    contribute(
      settingsPages,
      'roles',
      {
        title: 'identity.roles.title',
        description: 'identity.roles.description',
        group: 'identity.settingsGroup',
        icon: 'shield',
        to: rolesPage,
        permission: 'users.view',
      },
      1,
    ),
    contribute(
      settingsPages,
      'api-keys',
      {
        title: 'identity.keys.title',
        description: 'identity.keys.description',
        group: 'identity.settingsGroup',
        icon: 'key-round',
        to: keysPage,
        permission: 'api_keys.edit',
      },
      2,
    ),
    contribute(
      settingsPages,
      'security',
      {
        title: 'identity.security.title',
        description: 'identity.security.description',
        group: 'identity.settingsGroup',
        icon: 'lock',
        to: securityPage,
        permission: 'security.edit',
      },
      3,
    ),
    contribute(userMenu, 'profile', { title: 'identity.profile.menu', icon: 'user-round', to: profilePage }),
    contribute(shellCommands, 'profile', { title: 'identity.profile.menu', icon: 'user-round', to: profilePage }),
    // draws nothing: it lives as long as the shell is open, which is what presence means
    contribute(topBar, 'presence', { component: () => import('./PresenceHeartbeat.vue') }),
  ],
  locales: { en: () => import('./locales/en.json'), uk: () => import('./locales/uk.json') },
})
