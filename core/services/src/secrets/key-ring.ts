import { createHash, hkdfSync, randomBytes } from 'node:crypto'
import { chmodSync, existsSync, linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ParleyError, type Logger } from '@parley/plugin-api'

/** One master key. It is never used itself: every use has a key of its own, derived from it. */
export interface MasterKey {
  /** Names the key in what it sealed; tells nothing about it. */
  readonly id: string
  derive(purpose: string): Buffer
}

export interface KeyRingOptions {
  /** `PARLEY_SECRET_KEY`: base64 of 32 bytes; several, separated by commas, while keys are changed: the first seals, all open. */
  readonly keys: string | undefined
  /** Where a key is generated and kept when none is given. */
  readonly dataDir: string
  readonly log: Logger
}

const keyBytes = 32

/** The master keys of this installation, the one that seals first. */
export function loadKeyRing({ keys, dataDir, log }: KeyRingOptions): readonly [MasterKey, ...MasterKey[]] {
  const given = listed(keys ?? '')
  const texts = given.length === 0 ? listed(generatedKey(dataDir, log)) : given
  const [first, ...others] = texts.map((text, index) => masterKey(text, index))
  return [first!, ...others]
}

const listed = (keys: string): string[] =>
  keys
    .split(',')
    .map((text) => text.trim())
    .filter((text) => text !== '')

function masterKey(text: string, index: number): MasterKey {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.length !== keyBytes) {
    throw new ParleyError(
      'invalid_config',
      `"PARLEY_SECRET_KEY" needs base64 of ${keyBytes} bytes; key ${index + 1} has ${bytes.length}. Make one with: openssl rand -base64 32`,
    )
  }
  const derive = (purpose: string) => Buffer.from(hkdfSync('sha256', bytes, 'parley', purpose, keyBytes))
  return { id: createHash('sha256').update(derive('key-id')).digest('hex').slice(0, 8), derive }
}

function generatedKey(dataDir: string, log: Logger): string {
  const file = join(dataDir, 'secret.key')
  if (!existsSync(file)) generate(file, dataDir, log)
  if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0) {
    log.warn('the secret key could be read by other accounts of this machine; its permissions were narrowed', { file })
    chmodSync(file, 0o600)
  }
  return readFileSync(file, 'utf8').trim()
}

function generate(file: string, dataDir: string, log: Logger): void {
  mkdirSync(dataDir, { recursive: true })
  const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`
  writeFileSync(draft, `${randomBytes(keyBytes).toString('base64')}\n`, { mode: 0o600, flag: 'wx' })
  try {
    // a link, not a rename: of several processes that start at once only the first one's key may become the key
    linkSync(draft, file)
    log.info('a secret key was generated; keep a copy of it with the backups of the database', { file })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(draft, { force: true })
  }
}
