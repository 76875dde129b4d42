export { createConfiguration, type Configuration, type ImportRequest } from './configuration.ts'
export type * from './configuration-types.ts'
export type { ConfigurationFile } from './configuration-files.ts'
export { configurationRoutes, exportConfiguration, importConfiguration } from './configuration.routes.ts'
