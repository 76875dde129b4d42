import { join } from 'node:path'
import { publisherTrust, readDeploymentConfig, type DeploymentConfig } from './host-config.ts'
import { developmentPlugins, isDevelopment } from './development/development-plugins.ts'
import { findPlugins, type FoundPlugin } from './plugins/installed-plugins.ts'
import { readPluginLock } from './plugins/plugin-lock.ts'

/** What is on disk: configuration, plugins, the built shell. Nothing of a plugin has run. */
export interface Installation extends DeploymentConfig {
  readonly root: string
  readonly found: readonly FoundPlugin[]
  readonly shellDirectory: string
  /** Started by `parley dev`: plugins may be handed over while they are written. */
  readonly development: boolean
}

export async function readInstallation(root: string, variables: Readonly<Record<string, string | undefined>>): Promise<Installation> {
  const config = await readDeploymentConfig(root, variables)
  const { plugins, problems } = await findPlugins(root, config.loaded.values, readPluginLock(root), publisherTrust(config.host))
  const development = isDevelopment(config.environment, variables)
  const written = development ? developmentPlugins(variables) : []
  return {
    ...config,
    loaded: { ...config.loaded, problems: [...config.loaded.problems, ...problems] },
    root,
    found: [...plugins.filter(({ id }) => !written.some((one) => one.id === id)), ...written],
    shellDirectory: join(root, 'ui-shell', 'dist'),
    development,
  }
}
