import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
/** Plugins that these installations have. */
export const packages = [
  'identity',
  'clients',
  'conversations',
  'scenario-runtime',
  'operator-panel',
  'channel-widget',
  'channel-telegram',
  'channel-custom',
]

/** Seconds a driver may wait for the other side in these runs. */
export const deliveryTimeout = 2

export interface Home {
  /** What `PARLEY_HOME` names. */
  readonly folder: string
  readonly dataDir: string
  remove(): void
}

/** Leases are as short as they may be: with the defaults each kill would only make a run longer, by up to 45 seconds. */
const config = (sinkPort: number): object => ({
  host: {
    critical: ['identity', 'conversations', 'scenario-runtime', 'channel-custom', 'channel-parcel'],
    outbound: { allow: [`127.0.0.1:${sinkPort}`] },
  },
  database: { migrate: 'auto' },
  plugins: {
    ...Object.fromEntries(packages.map((id) => [id, { package: `@parley/plugin-${id}` }])),
    conversations: {
      package: '@parley/plugin-conversations',
      config: { turns: { lease: 3 }, delivery: { lease: 5, timeout: deliveryTimeout } },
    },
  },
})

/** An installation of its own: a configuration, and a channel of a third party built and approved as its README would say. */
export const createHome = async (root: string, sinkPort: number): Promise<Home> => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-faults-home-'))
  mkdirSync(join(folder, 'config'))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  // JSON is YAML
  writeFileSync(join(folder, 'config/default.yaml'), JSON.stringify(config(sinkPort), undefined, 2))
  const channel = join(folder, 'channel-parcel')
  cpSync(join(root, 'test/faults/channel'), channel, { recursive: true })
  const env = { ...process.env, PARLEY_HOME: folder }
  await run(process.execPath, [join(root, 'core/plugin-tools/bin/parley-plugin.js'), 'build', channel], { env })
  await run(process.execPath, [join(root, 'host/dist/main.js'), 'plugins', 'add', channel, '--yes'], { env })
  return { folder, dataDir: join(folder, 'data'), remove: () => rmSync(folder, { recursive: true, force: true }) }
}
