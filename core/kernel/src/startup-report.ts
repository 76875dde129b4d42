import type { PluginState } from './plugin-handle.ts'

export interface StartupReport {
  readonly plugins: readonly StartupReportLine[]
}

export interface StartupReportLine {
  readonly plugin: string
  readonly version: string
  readonly state: PluginState
  /** The last phase it entered: select, import, configure, link, register, init, start. */
  readonly phase: string
  readonly milliseconds: number
  readonly reason: string | undefined
}

/** @internal */
export function reportLine(one: Omit<StartupReportLine, 'plugin'> & { readonly id: string }): StartupReportLine {
  const { id: plugin, version, state, phase, milliseconds, reason } = one
  return { plugin, version, state, phase, milliseconds, reason }
}

/** The report as a table for a terminal. */
export function formatReport({ plugins }: StartupReport): string {
  const rows = plugins.map((line) => [line.plugin, line.version, line.state, `${line.milliseconds} ms`, line.reason ?? ''])
  const table = [['plugin', 'version', 'state', 'start', 'reason'], ...rows]
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => row[column]!.length)))
  return table
    .map((row) =>
      row
        .map((cell, column) => (column === 3 ? cell.padStart(widths[3]!) : cell.padEnd(widths[column] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
