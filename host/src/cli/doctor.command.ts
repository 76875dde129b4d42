import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createDatabase, createLogger, type Database } from '@parley/services'
import { composeHost, type ComposedHost } from '../compose.ts'
import { readInstallation, type Installation } from '../installation.ts'
import type { Command } from './command.ts'
import { problem, type Finding } from './doctor/finding.ts'
import { licenceFindings } from './doctor/licence-findings.ts'
import { database, dataFolder, redis, runners } from './doctor/machine-findings.ts'
import { pluginFindings } from './doctor/plugin-findings.ts'
import { reachableDatabase } from './plugins/change-audit.ts'

/** `parley doctor`: looks at everything a start needs, starts nothing, tells all it finds. */
export const doctor: Command = async ({ root, variables, print }) => {
  const installation = await readInstallation(root, { ...variables, PARLEY_LOG_LEVEL: 'silent' })
  const answering = await reachableDatabase(root, installation.host)
  const host = await composeHost(touchingNothing(installation), [], async () => ({ database: answering ?? nowhere(), close: async () => undefined }))
  try {
    const checks: [string, () => Promise<readonly Finding[]>][] = [
      ['Node', async () => node()],
      ['configuration and plugins', () => plugins(host)],
      ['licences', () => licenceFindings({ ...host, kernel: host.platform.kernel })],
      ['data folder', () => dataFolder(installation)],
      ['database', () => database(installation, answering !== undefined)],
      ['Redis', () => redis(installation)],
      ['code of users', () => runners(installation)],
      ['screens', async () => screens(installation)],
    ]
    let problems = 0
    for (const [name, check] of checks) {
      const findings = await check().catch((error: unknown) => [problem(error instanceof Error ? error.message : String(error))])
      problems += findings.filter(({ level }) => level === 'problem').length
      if (findings.length === 0) print(`ok       ${name}`)
      for (const { level, text } of findings) print(`${level.padEnd(8)} ${name}: ${text}`)
    }
    return problems === 0 ? 0 : 1
  } finally {
    await host.platform.stop()
    await host.close()
    await answering?.close()
  }
}

/** Nothing is sealed, opened or told to anybody: no key is made, no Redis asked, no trace sent. */
const touchingNothing = (installation: Installation): Installation => ({
  ...installation,
  host: {
    ...installation.host,
    redis: {},
    secrets: { key: randomBytes(32).toString('base64') },
    telemetry: { traces: { ...installation.host.telemetry.traces, url: undefined } },
  },
})

/** Where nobody answers: what has to be known is asked for and not found. */
const nowhere = (): Database => createDatabase({ url: 'postgres://127.0.0.1:1/none', max: 1, log: createLogger({ level: 'silent' }) })

async function plugins({ platform }: ComposedHost): Promise<readonly Finding[]> {
  await platform.kernel.load()
  return pluginFindings(platform.kernel.plugins())
}

const node = (): readonly Finding[] =>
  Number(process.versions.node.split('.')[0]) >= 20 ? [] : [problem(`version ${process.versions.node} is too old. Install 20.19 or newer.`)]

const screens = ({ shellDirectory }: Installation): readonly Finding[] =>
  existsSync(join(shellDirectory, 'shell-manifest.json')) ? [] : [problem('they are not built. Run: npm run build')]
