import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { checkPlugin } from '../check/check-plugin.ts'
import { sentenceOf } from '../check/finding.ts'
import { fixManifest } from '../check/fix-manifest.ts'
import type { Command } from './command.ts'
import { build } from './build.command.ts'

const options = { json: { type: 'boolean' }, fix: { type: 'boolean' }, 'no-build': { type: 'boolean' } } as const

/** `parley-plugin check [folder] [--json] [--fix] [--no-build]` */
export const check: Command = async (context) => {
  const { values, positionals } = parseArgs({ args: [...context.args], options, allowPositionals: true })
  const directory = resolve(positionals[0] ?? '.')
  if (!values['no-build']) await build({ ...context, args: [directory], print: () => {} })
  let result = await checkPlugin(directory)
  if (values.fix && result.declared !== undefined) {
    await fixManifest(directory, result.declared)
    result = await checkPlugin(directory)
  }
  const { findings } = result
  if (values.json) context.print(JSON.stringify({ ok: findings.length === 0, findings }, undefined, 2))
  else {
    for (const finding of findings) context.print(sentenceOf(finding))
    context.print(findings.length === 0 ? 'Nothing is wrong.' : `${findings.length} to correct.`)
  }
  return findings.length === 0 ? 0 : 1
}
