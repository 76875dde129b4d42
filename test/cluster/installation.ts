import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { deliveryTimeout, packages } from '../faults/installation.ts'
import { drainDelay, reconnectWindow } from './plan.ts'

const run = promisify(execFile)

/** Two releases of one installation, as a deployer has them beside each other during an upgrade. */
export interface Releases {
  readonly current: string
  readonly next: string
  readonly dataDir: string
  remove(): void
}

/** Leases are as by default: that they need not be waited for is what is shown. */
const config = (sinkPort: number): object => ({
  host: {
    critical: ['identity', 'conversations', 'scenario-runtime', 'channel-custom', 'channel-parcel'],
    outbound: { allow: [`127.0.0.1:${sinkPort}`] },
    drainDelay,
    reconnectWindow,
  },
  plugins: {
    ...Object.fromEntries(packages.map((id) => [id, { package: `@parley/plugin-${id}` }])),
    conversations: { package: '@parley/plugin-conversations', config: { delivery: { timeout: deliveryTimeout } } },
  },
})

/** What the next release of the channel brings: a column that the code before it never heard of. */
const expand = `
  migrations: {
    '20261121T0900_labels': { up: async (db) => void (await db.raw('CREATE TABLE labels (id uuid PRIMARY KEY)')) },
    '20261121T0910_label_texts': { up: async (db) => void (await db.raw('ALTER TABLE labels ADD COLUMN text text')) },
  },
  init: async ({ db }) => void (await db.query('SELECT id, text FROM {labels} LIMIT 1')),
`

export const createReleases = async (root: string, sinkPort: number): Promise<Releases> => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-cluster-'))
  const make = async (name: string, raised: boolean): Promise<string> => {
    const home = join(folder, name)
    mkdirSync(join(home, 'config'), { recursive: true })
    symlinkSync(join(root, 'node_modules'), join(home, 'node_modules'))
    // JSON is YAML
    writeFileSync(join(home, 'config/default.yaml'), JSON.stringify(config(sinkPort), undefined, 2))
    const channel = join(home, 'channel-parcel')
    cpSync(join(root, 'test/faults/channel'), channel, { recursive: true })
    if (raised) raise(channel)
    const env = { ...process.env, PARLEY_HOME: home }
    await run(process.execPath, [join(root, 'core/plugin-tools/bin/parley-plugin.js'), 'build', channel], { env })
    await run(process.execPath, [join(root, 'host/dist/main.js'), 'plugins', 'add', channel, '--yes'], { env })
    return home
  }
  return {
    current: await make('current', false),
    next: await make('next', true),
    dataDir: join(folder, 'data'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

const raise = (channel: string): void => {
  const edit = (file: string, from: string, to: string): void => {
    const text = readFileSync(join(channel, file), 'utf8')
    if (!text.includes(from)) throw new Error(`${file} does not say ${from}.`)
    writeFileSync(join(channel, file), text.replace(from, to))
  }
  edit('package.json', '"version": "1.0.0"', '"version": "1.1.0"')
  edit('src/server/plugin.ts', "  id: 'channel-parcel',\n", `  id: 'channel-parcel',\n${expand}`)
}
