import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** @internal Runs npm in a folder, by the file that runs us when there is one; answers what it printed. */
export async function npm(words: readonly string[], cwd: string): Promise<string> {
  const file = process.env['npm_execpath']
  const [command, ...args] = file?.endsWith('.js') === true ? [process.execPath, file, ...words] : ['npm', ...words]
  try {
    const { stdout } = await promisify(execFile)(command!, args, { cwd, maxBuffer: 64 * 1024 * 1024, shell: process.platform === 'win32' })
    return stdout
  } catch (error) {
    throw new Error(`npm could not do it: ${String((error as { stderr?: string }).stderr ?? (error as Error).message).trim()}`, { cause: error })
  }
}
