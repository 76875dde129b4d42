export { buildUiPlugin, hasUi, type BuiltUi } from './build-ui-plugin.ts'
export { buildServerPlugin } from './build-server-plugin.ts'
export { keepShared, sharedPackages } from './shared-packages.ts'
export { run } from './cli.ts'
