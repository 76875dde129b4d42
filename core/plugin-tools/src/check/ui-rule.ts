import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { UiManifest } from '@parley/plugin-api'
import type { CheckedPlugin } from './checked-plugin.ts'
import type { Finding } from './finding.ts'

/** Bytes after gzip: what every person of the shell loads at its start, and what one page may load. */
export const uiLimits = { start: 50_000, chunk: 250_000 } as const

/** The built UI is what its manifest says, and no heavier than it may be. */
export async function uiRule({ root, manifest: { ui } }: CheckedPlugin): Promise<Finding[]> {
  if (ui === undefined) return []
  const file = join(ui)
  const found = (problem: string, fix: string, rule = 'ui-manifest'): Finding => ({ rule, file, problem, fix })
  if (!existsSync(join(root, ui))) return [found('there is no such file', 'Build the plugin: parley-plugin build')]
  const folder = dirname(join(root, ui))
  const built = JSON.parse(await readFile(join(root, ui), 'utf8')) as UiManifest
  const names = Object.keys(built.integrity)
  const present = (await readdir(folder)).filter((name) => name !== 'ui-manifest.json' && !name.startsWith('.') && !name.endsWith('.map'))
  const again = 'Build the plugin again: parley-plugin build'
  const missing = names.filter((name) => !present.includes(name))
  if (missing.length > 0) return [found(`names ${missing.join(', ')}, which is not there`, again)]
  const contents = new Map(await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name))] as const)))
  const changed = names.filter((name) => built.integrity[name] !== `sha384-${createHash('sha384').update(contents.get(name)!).digest('base64')}`)
  const unknown = present.filter((name) => !names.includes(name))
  const sizes = new Map([...contents].map(([name, content]) => [name, gzipSync(content).length]))
  const atStart = [built.entry, built.style].filter((name) => name !== undefined)
  const start = atStart.reduce((sum, name) => sum + (sizes.get(name) ?? 0), 0)
  const heavy = [...sizes].filter(([name, size]) => !atStart.includes(name) && size > uiLimits.chunk)
  return [
    ...changed.map((name) => found(`has another hash than ${name}, so that a browser would refuse the file`, again)),
    ...unknown.map((name) => found(`does not name ${name}, which lies beside it`, again)),
    ...(start > uiLimits.start
      ? [found(`the shell loads ${kB(start)} of it at its start; the limit is ${kB(uiLimits.start)}`, 'Load pages with import().', 'size')]
      : []),
    ...heavy.map(([name, size]) =>
      found(
        `${name} has ${kB(size)}; the limit for one page is ${kB(uiLimits.chunk)}`,
        'Load its large parts with import(), or choose a smaller library.',
        'size',
      ),
    ),
  ]
}

const kB = (bytes: number): string => `${Math.ceil(bytes / 1000)} kB (gzip)`
