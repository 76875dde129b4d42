import { relative } from 'node:path'
import { parseArgs } from 'node:util'
import { sentenceOf } from '../check/finding.ts'
import { packPlugin } from '../pack/pack-plugin.ts'
import type { Command } from './command.ts'

const options = { json: { type: 'boolean' }, to: { type: 'string', default: '.' } } as const

/** `parley-plugin pack [folder] [--to folder] [--json]` */
export const pack: Command = async ({ args, print }) => {
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
  const packed = await packPlugin(positionals[0] ?? '.', values.to)
  const failed = 'findings' in packed
  if (values.json) print(JSON.stringify({ ok: !failed, ...packed }, undefined, 2))
  else if (failed) {
    for (const finding of packed.findings) print(sentenceOf(finding))
    print(`Nothing was packed: ${packed.findings.length} to correct.`)
  } else {
    for (const file of packed.files) print(`  ${file}`)
    print(`${relative(process.cwd(), packed.file) || packed.file}: ${packed.files.length} files, ${Math.ceil(packed.bytes / 1000)} kB`)
    print(packed.integrity)
  }
  return failed ? 1 : 0
}
