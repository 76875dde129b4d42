import { uiPoint, type ComponentLoader } from '../ui-plugin.ts'

/** A page of the settings area. Its route is the plugin's own, often an alias such as `/settings-page/roles`. */
export interface SettingsLink {
  /** i18n key, prefixed with the plugin's id; likewise `description` and `group`. */
  readonly title: string
  readonly description?: string
  readonly group?: string
  readonly icon: string
  readonly to: string
  readonly permission?: string
}

/** A command that exists on every page; those of one page come from `useCommands`. */
export interface ShellCommand {
  /** i18n key, prefixed with the plugin's id. */
  readonly title: string
  readonly icon?: string
  readonly keys?: string
  readonly permission?: string
  /** Where it leads, or what it does. */
  readonly to?: string
  readonly run?: () => void | Promise<void>
}

/** A line in the profile menu. */
export interface UserMenuItem {
  readonly title: string
  readonly icon?: string
  readonly to?: string
  readonly run?: () => void | Promise<void>
}

/** A small control in the top bar, such as the operator's status. */
export interface TopBarItem {
  readonly component: ComponentLoader
  readonly permission?: string
}

export const settingsPages = uiPoint<SettingsLink>('shell.settings-pages@1')
export const shellCommands = uiPoint<ShellCommand>('shell.commands@1')
export const userMenu = uiPoint<UserMenuItem>('shell.user-menu@1')
export const topBar = uiPoint<TopBarItem>('shell.top-bar@1')
