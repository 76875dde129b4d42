import { createRouter, createWebHistory, type Router, type RouterHistory } from 'vue-router'
import type { ComponentLoader } from '@parley/ui-sdk'

/** The shell's own pages; those of plugins are added before the first navigation is let through. */
export function createShellRouter(ready: Promise<unknown>, history: RouterHistory = createWebHistory()): Router {
  const router = createRouter({
    history,
    scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
    routes: [
      { path: '/', name: 'shell.home', component: () => import('../pages/HomePage.vue'), meta: { title: 'shell.home.title' } },
      { path: '/settings', name: 'shell.settings', component: () => import('../pages/SettingsPage.vue'), meta: { title: 'shell.settings.title' } },
      {
        path: '/settings/licence',
        name: 'shell.licence',
        component: () => import('../pages/LicencePage.vue'),
        meta: { title: 'shell.licence.title', permission: 'licence.view' },
      },
      {
        path: '/settings/configuration',
        name: 'shell.configuration',
        component: () => import('../pages/ConfigurationPage.vue'),
        meta: { title: 'shell.configuration.title', permission: 'configuration.export' },
      },
      {
        path: '/settings/plugins',
        name: 'shell.plugins',
        component: () => import('../pages/PluginsPage.vue'),
        meta: { title: 'shell.plugins.title', permission: 'system.view' },
      },
      {
        path: '/settings/plugins/:id',
        name: 'shell.plugin',
        component: () => import('../pages/PluginPage.vue'),
        props: true,
        meta: { title: 'shell.plugins.title', permission: 'system.view' },
      },
      {
        path: '/settings/:plugin/:page',
        name: 'shell.settings-form',
        component: () => import('../pages/SettingsFormPage.vue'),
        props: true,
        meta: { title: 'shell.settings.title' },
      },
      {
        path: '/stories',
        name: 'shell.stories',
        component: () => import('../stories/StoriesPage.vue'),
        meta: { title: 'shell.stories.title', role: 'root' },
      },
      { path: '/:path(.*)*', name: 'shell.missing', component: () => import('../pages/MissingPage.vue'), meta: { title: 'shell.notFound.title' } },
    ],
  })
  router.beforeEach(async (to) => {
    if (to.name !== 'shell.missing') return true
    await ready
    // asked again, because the page may belong to a plugin that was not registered when the address was read
    return router.resolve(to.fullPath).name === to.name ? true : to.fullPath
  })
  router.beforeResolve(async (to) => {
    // the old page stays until the new one's code is here; a failed load shows in the plugin's boundary
    await (to.meta['load'] as ComponentLoader | undefined)?.().catch(() => undefined)
  })
  return router
}
