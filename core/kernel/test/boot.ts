import type { Logger, Plugin } from '@parley/plugin-api'
import { configOf, createKernel, type ConfigObject, type CoreServices, type InstalledPlugin, type Kernel, type KernelOptions } from '../src/index.ts'
import { ManualClock } from './manual-clock.ts'

export interface LogLine {
  readonly level: string
  readonly message: string
  readonly data: Record<string, unknown>
}

export interface BootedKernel {
  readonly kernel: Kernel
  readonly clock: ManualClock
  readonly log: readonly LogLine[]
  /** id -> state, or `state: reason`. */
  states(): Record<string, string>
}

export const installed = (plugin: Plugin, more: Partial<InstalledPlugin> = {}): InstalledPlugin => ({
  id: plugin.spec.id,
  version: '1.0.0',
  load: async () => ({ default: plugin }),
  ...more,
})

/** A kernel of toy plugins; core services are left out, because a toy that asked for one would not be a toy. */
export function toyKernel(
  plugins: readonly (Plugin | InstalledPlugin)[],
  options: Partial<KernelOptions> & { values?: ConfigObject } = {},
): BootedKernel {
  const clock = new ManualClock()
  const log: LogLine[] = []
  const write =
    (level: string) =>
    (message: string, data: object = {}) =>
      void log.push({ level, message, data: data as Record<string, unknown> })
  const logger: Logger = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
  const kernel = createKernel({
    plugins: plugins.map((one) => ('spec' in one ? installed(one) : one)),
    core: () => ({ log: logger, clock }) as Partial<CoreServices> as CoreServices,
    clock,
    log: logger,
    config: configOf(options.values ?? {}),
    ...options,
  })
  const states = () => Object.fromEntries(kernel.plugins().map(({ id, state, reason }) => [id, reason === undefined ? state : `${state}: ${reason}`]))
  return { kernel, clock, log, states }
}

export async function boot(...parameters: Parameters<typeof toyKernel>): Promise<BootedKernel> {
  const booted = toyKernel(...parameters)
  await booted.kernel.load()
  await booted.kernel.init()
  await booted.kernel.start(['web'])
  return booted
}
