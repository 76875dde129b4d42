import { fork, type ChildProcess, type ForkOptions } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/**
 * Compiles a TypeScript program so that a test can run it in processes of its own, which it may kill.
 * It lies below node_modules, because packages are found from there.
 */
export const buildProgram = async (entry: URL): Promise<string> => {
  const outdir = join(fileURLToPath(new URL('../../..', import.meta.url)), 'node_modules/.cache/parley-programs', randomBytes(6).toString('hex'))
  await build({
    entryPoints: { program: fileURLToPath(entry) },
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    // as in what is released, where a thread loads only its own part
    splitting: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    conditions: ['parley-source'],
    logLevel: 'error',
    // Sources of this workspace go in, everything else is found where it is installed.
    plugins: [
      {
        name: 'installed packages stay outside',
        setup: ({ onResolve }) => onResolve({ filter: /^[^./]/ }, ({ path }) => (path.startsWith('@parley/') ? undefined : { path, external: true })),
      },
    ],
  })
  return join(outdir, 'program.mjs')
}

/** Starts a program and waits for its first message, which says that it is ready. */
export const startProgram = async <Ready>(program: string, input: object, options: ForkOptions = {}) => {
  const child: ChildProcess = fork(program, [JSON.stringify(input)], { ...options, execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const ended = once(child, 'exit')
  const message = async <T>(): Promise<T> => {
    const [answer] = (await Promise.race([once(child, 'message'), ended.then(() => Promise.reject(new Error('the program has ended')))])) as [T]
    return answer
  }
  return { child, ready: await message<Ready>(), message, ended }
}
