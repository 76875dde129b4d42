import type { Kernel, Licensing } from '@parley/kernel'
import type { Audit, Route } from '@parley/plugin-api'
import { LicenceKeeper, type LicenceOptions } from './licence-keeper.ts'
import { describeLicences, pluginTerm, type LicenceStatus, type PluginTerm } from './licence-status.ts'
import { licenceRoutes } from './licence.routes.ts'

export interface Licences {
  /** What the kernel asks. */
  readonly licensing: Licensing
  /** Before plugins are chosen. */
  load(): Promise<void>
  /** From now on changes of files, of the database and of the time reach the kernel. */
  start(kernel: Kernel): void
  /** A file changed: do not wait for the next look. */
  check(): Promise<void>
  stop(): void
  routes(host: { readonly kernel: Kernel; readonly audit: Audit }): readonly Route[]
  status(kernel: Kernel): Promise<LicenceStatus>
  /** What the licence says of one plugin; `undefined` when it needs none. */
  of(plugin: string): PluginTerm | undefined
}

/** Licences of an installation: from files and from uploads, verified without asking anybody. */
export function createLicences(options: LicenceOptions): Licences {
  const keeper = new LicenceKeeper(options)
  return {
    licensing: keeper.set,
    load: () => keeper.load(),
    start: (kernel) => keeper.start(kernel),
    check: () => keeper.check(),
    stop: () => keeper.stop(),
    routes: ({ kernel, audit }) => licenceRoutes({ keeper, kernel, audit, options }),
    status: (kernel) => describeLicences(keeper, kernel, options),
    of: (plugin) => pluginTerm(plugin, keeper, options),
  }
}
