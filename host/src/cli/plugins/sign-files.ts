import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { generateKeyPair } from '@parley/kernel'
import { ParleyError } from '@parley/plugin-api'
import { readCandidate } from '../../plugins/plugin-candidate.ts'
import { formatSignature, signPlugin } from '../../plugins/plugin-signature.ts'
import type { Command } from '../command.ts'
import { missing, readArguments } from './arguments.ts'

const keygenUsage = 'parley plugins keygen --out FILE'
const signUsage = 'parley plugins sign <tarball | folder> --key FILE'

/** `parley plugins keygen`: the private key into a file that only its owner reads, the public one to be told to deployers. */
export const makeKey: Command = async ({ args, print }) => {
  const { values } = readArguments(args, keygenUsage, { out: { type: 'string' } })
  if (values.out === undefined) throw missing(keygenUsage)
  const { privateKey, publicKey } = generateKeyPair()
  // A key that is overwritten is lost, and with it every installation that trusts it.
  if (existsSync(values.out)) throw new ParleyError('conflict', `${values.out} exists. Choose another file.`)
  writeFileSync(values.out, privateKey, { mode: 0o600, flag: 'wx' })
  print(`The private key is in ${values.out}; keep it secret. Deployers trust it by this line of their configuration:`)
  print(`host: { publishers: { <your name>: '${publicKey}' } }`)
  return 0
}

/** `parley plugins sign`: writes `<tarball>.sig`, to be handed out beside the tarball. */
export const signFiles: Command = async ({ root, args, print }) => {
  const { word, values } = readArguments(args, signUsage, { key: { type: 'string' } })
  if (word === undefined || values.key === undefined) throw missing(signUsage)
  if (!existsSync(values.key)) throw new ParleyError('invalid_config', `There is no key ${values.key}. Make one with: ${keygenUsage}`)
  const candidate = await readCandidate(root, word)
  if (candidate.problem !== undefined) throw new ParleyError('invalid_config', `It is not signed: ${candidate.problem}`)
  const { manifest, version } = candidate.package
  const content = { id: manifest.id, version, integrity: candidate.entry.integrity! }
  const file = `${resolve(word)}.sig`
  writeFileSync(file, formatSignature(content, signPlugin(content, readFileSync(values.key, 'utf8'))))
  print(`${file} signs "${manifest.id}" ${version}. Hand it out beside the plugin.`)
  return 0
}
