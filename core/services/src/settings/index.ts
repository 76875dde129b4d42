export { createSettings, Settings, type SettingsOptions, type ShownSettings } from './settings.ts'
export { settingsMigrations } from './settings-store.ts'
export { settingsRoutes } from './settings.routes.ts'
export { hostRoute } from './host-route.ts'
