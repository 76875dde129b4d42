import { createUiKit, englishTexts, ukrainianTexts } from '@parley/ui-kit'
import { browserLanguage, createPreferences, createTexts, runtimeKey } from '@parley/ui-sdk/host'
import { createPinia } from 'pinia'
import { createApp, effectScope, watchEffect } from 'vue'
import ShellApp from './app/ShellApp.vue'
import { createNavigation, navigationKey } from './app/navigation.ts'
import { createShellRouter } from './app/create-router.ts'
import { guardPage } from './app/guard-page.ts'
import { createRuntime } from './create-runtime.ts'
import { shellWords } from './i18n/shell-words.ts'
import { addStyleLink, loadUiPlugins } from './plugins/load-ui-plugins.ts'
import { usePluginStatus } from './plugins/plugin-status.store.ts'
import type { UiDescriptor } from './plugins/ui-descriptor.ts'
import { loadingKey, trackLoading } from './app/loading.ts'
import { applyTheme } from './theme/apply-theme.ts'
import './shell.css'

const preferences = createPreferences()
const texts = createTexts(preferences.language ?? browserLanguage())
const words = texts.add('shell', shellWords)
const kit = createUiKit()
const pinia = createPinia()
const status = usePluginStatus(pinia)
const runtime = createRuntime(texts, preferences, (pluginId, error) => {
  status.change(pluginId, { stage: 'render', error: error instanceof Error ? error.message : String(error) })
  console.error(`"${pluginId}" failed while it was drawn:`, error)
})
const navigation = createNavigation(runtime.session)
navigation.add('shell', {
  title: 'shell.licence.title',
  icon: 'key-round',
  to: '/settings/licence',
  permission: 'licence.view',
  order: 950,
  group: 'settings',
})
navigation.add('shell', {
  title: 'shell.configuration.title',
  icon: 'git-compare',
  to: '/settings/configuration',
  permission: 'configuration.export',
  order: 945,
  group: 'settings',
})
navigation.add('shell', {
  title: 'shell.plugins.title',
  icon: 'blocks',
  to: '/settings/plugins',
  permission: 'system.view',
  order: 940,
  group: 'settings',
})

const app = createApp(ShellApp)
const loading = trackLoading(() =>
  loadUiPlugins({
    app,
    router,
    runtime,
    navigation,
    status,
    descriptors: () => runtime.api.get<UiDescriptor[]>('/ui/plugins'),
    importModule: (url) => import(/* @vite-ignore */ url) as Promise<{ default?: unknown }>,
    addStyle: addStyleLink,
  }),
)
const router = createShellRouter(loading.done)
guardPage({ router, runtime, kit, texts })

app.use(pinia).use(kit).provide(runtimeKey, runtime).provide(navigationKey, navigation).provide(loadingKey, loading)
// what fails outside of every boundary is the shell's own
app.config.errorHandler = (error) => console.error(error)

effectScope().run(() => {
  applyTheme(preferences)
  watchEffect(() => {
    const language = preferences.language ?? browserLanguage()
    void texts.use(language)
    kit.setTexts(language === 'uk' ? ukrainianTexts : englishTexts, language)
  })
})
window.addEventListener('keydown', (event) => runtime.commands.handle(event))

loading.start()
void runtime.session.restore()
// a line that breaks shows names instead of words, and no empty page
await words.catch((error: unknown) => console.error(error))
app.use(router).mount('#app')
