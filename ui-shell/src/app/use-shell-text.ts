import { useText, type PluginText } from '@parley/ui-sdk'

/** The shell's own words. */
export const useShellText = (): PluginText => useText('shell')
