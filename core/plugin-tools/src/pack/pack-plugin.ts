import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { buildServerPlugin } from '../build-server-plugin.ts'
import { buildUiPlugin, hasUi } from '../build-ui-plugin.ts'
import { checkPlugin } from '../check/check-plugin.ts'
import type { PackageJson } from '../check/checked-plugin.ts'
import type { Finding } from '../check/finding.ts'
import { notNeeded, sizeFindings } from '../check/size-rule.ts'
import { npm } from './npm.ts'
import { changes, packedPackageJson } from './packed-package-json.ts'

export interface PackedPlugin {
  /** The tarball. */
  readonly file: string
  /** Its files, without `package/`. */
  readonly files: readonly string[]
  readonly bytes: number
  /** `sha512-…` of the tarball. */
  readonly integrity: string
}

/**
 * Builds, checks and packs a plugin into a tarball that is complete: packages it uses are inside, those of Parley come from the host.
 * The same sources give the same bytes. Answers the findings instead when there are any.
 *
 * @example const packed = await packPlugin('.', 'releases')
 */
export async function packPlugin(directory: string, destination: string): Promise<PackedPlugin | { readonly findings: readonly Finding[] }> {
  const root = resolve(directory)
  await buildServerPlugin(root, { whole: true })
  if (await hasUi(root)) await buildUiPlugin(root)
  const { findings, declared } = await checkPlugin(root)
  if (findings.length > 0) return { findings }

  const stage = await mkdtemp(join(tmpdir(), 'parley-pack-'))
  try {
    const [listed] = JSON.parse(await npm(['pack', '--dry-run', '--json', '--ignore-scripts'], root)) as [{ files: { path: string }[] }]
    const listedFiles = listed.files.map(({ path }) => path).filter((path) => !notNeeded.test(path))
    const files = [...new Set([...listedFiles, ...(existsSync(join(root, changes)) ? [changes] : [])])]
    for (const file of files) {
      await mkdir(dirname(join(stage, file)), { recursive: true })
      await cp(join(root, file), join(stage, file))
    }
    const packageJson = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as PackageJson
    await writeFile(join(stage, 'package.json'), `${JSON.stringify(packedPackageJson(root, packageJson, declared), undefined, 2)}\n`)
    const target = resolve(destination)
    await mkdir(target, { recursive: true })
    const [packed] = JSON.parse(await npm(['pack', '--json', '--ignore-scripts', '--pack-destination', target], stage)) as [{ filename: string }]
    const file = join(target, packed.filename)
    const content = await readFile(file)
    const tooLarge = sizeFindings({ packed: content.length, unpacked: gunzipSync(content).length, files: files.length })
    if (tooLarge.length > 0) {
      await rm(file)
      return { findings: tooLarge }
    }
    return { file, files: files.sort(), bytes: content.length, integrity: `sha512-${createHash('sha512').update(content).digest('base64')}` }
  } finally {
    await rm(stage, { recursive: true, force: true })
  }
}
