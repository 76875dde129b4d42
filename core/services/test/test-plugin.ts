import { randomUUID } from 'node:crypto'
import { runInContext, type Declarations, type PluginHandle, type PluginState } from '@parley/kernel'
import { ParleyError } from '@parley/plugin-api'

const nothing: Declarations = {
  permissions: [],
  settings: [],
  routes: [],
  jobs: [],
  subscriptions: [],
  topics: [],
  sockets: [],
  connectors: [],
  migrations: {},
  publishes: {},
}

export interface TestPlugin extends PluginHandle {
  state: PluginState
}

/** A plugin without a kernel: what it declares, a state that a test may change, a cradle that a test gives. */
export const testPlugin = (id: string, declarations: Partial<Declarations>, cradle: object = {}): TestPlugin => ({
  id,
  version: '1.0.0',
  order: 0,
  state: 'running',
  reason: undefined,
  declarations: { ...nothing, ...declarations },
  async run(context, work) {
    if (this.state !== 'running') throw new ParleyError('plugin_unavailable', `"${id}" does not run.`)
    return await runInContext({ plugin: id, ...context }, () => work(cradle))
  },
})

/** A name no other test uses, for what is shared between tests, such as Redis channels. */
export const uniqueName = (): string => `t${randomUUID().slice(0, 8)}`
