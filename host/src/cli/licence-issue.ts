import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { generateKeyPair, keyId, signLicence, type LicenceDraft } from '@parley/kernel'
import { ParleyError } from '@parley/plugin-api'
import type { CommandContext } from './command.ts'

/** `parley licence keygen --out <folder>`: a publisher's pair of keys. */
export async function makeKeys({ args, print }: CommandContext): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: { out: { type: 'string' } } })
  if (values.out === undefined) throw new ParleyError('invalid_input', 'Say where the keys are to be written: --out <folder>.')
  const privateFile = join(values.out, 'licence-private.pem')
  const publicFile = join(values.out, 'licence-public.pub')
  if (existsSync(privateFile))
    throw new ParleyError('conflict', `${privateFile} exists. Licences signed with it would be lost: choose another folder.`)
  const pair = generateKeyPair()
  mkdirSync(values.out, { recursive: true })
  writeFileSync(privateFile, pair.privateKey, { mode: 0o600 })
  writeFileSync(publicFile, `${pair.publicKey}\n`)
  print(`Private key: ${privateFile} (keep it secret and safe: whoever has it issues licences)`)
  print(`Public key:  ${pair.publicKey}`)
  print(`Its name in licences: ${keyId(pair.publicKey)}`)
  print('Put the public key into host.licence.keys of an installation, or into "parley.licenceKey" of the plugin that you sell.')
  return 0
}

/** `parley licence issue`: what is not said comes from `--renew`, when that is given. */
export async function issueLicence({ args, print }: CommandContext): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      key: { type: 'string' },
      customer: { type: 'string' },
      id: { type: 'string' },
      feature: { type: 'string', multiple: true },
      limit: { type: 'string', multiple: true },
      expires: { type: 'string' },
      days: { type: 'string' },
      'grace-days': { type: 'string' },
      trial: { type: 'boolean' },
      renew: { type: 'string' },
      out: { type: 'string' },
    },
  })
  if (values.key === undefined) throw new ParleyError('invalid_input', 'Say which private key signs: --key <private.pem>.')
  const { key: _, signature: __, ...before } = values.renew === undefined ? {} : (JSON.parse(read(values.renew)) as Record<string, unknown>)
  const now = new Date()
  const expires = values.days === undefined ? values.expires : dayAfter(now, number('--days', values.days))
  const draft = {
    ...before,
    id: values.id ?? `lic_${randomUUID().replaceAll('-', '').slice(0, 20)}`,
    issued: now.toISOString(),
    ...(values.customer === undefined ? {} : { customer: values.customer }),
    ...(expires === undefined ? {} : { expires }),
    ...(values['grace-days'] === undefined ? {} : { grace_days: number('--grace-days', values['grace-days']) }),
    ...(values.trial === true ? { trial: true } : {}),
    ...(values.feature === undefined ? {} : { features: Object.fromEntries(values.feature.map((name) => [name, {}])) }),
    ...(values.limit === undefined ? {} : { limits: limits(values.limit) }),
  } as LicenceDraft
  const text = `${JSON.stringify(signLicence(draft, read(values.key)), undefined, 2)}\n`
  if (values.out === undefined) {
    print(text.trimEnd())
    return 0
  }
  writeFileSync(values.out, text)
  print(`The licence "${draft.id}" for ${draft.customer} is in ${values.out}${draft.expires === undefined ? '' : `; it holds to ${draft.expires}`}.`)
  return 0
}

export function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new ParleyError('invalid_input', `${file} cannot be read: ${(error as Error).message}.`, { cause: error })
  }
}

const dayAfter = (from: Date, days: number): string => new Date(from.getTime() + days * 86_400_000).toISOString().slice(0, 10)

const limits = (texts: readonly string[]): Record<string, number> =>
  Object.fromEntries(
    texts.map((text) => {
      const [name = '', value = ''] = text.split('=')
      return [name, number(`--limit ${name}`, value)]
    }),
  )

function number(name: string, text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value) || value < 0) throw new ParleyError('invalid_input', `${name} needs a number, not "${text}".`)
  return value
}
