import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url))

/**
 * Runs a program in the repository; its output is ours, unless `quiet`. Answers its exit code, with what it printed when `capture` is set: then, when quiet,
 * its errors among it.
 */
export const run = (command, args, { env = process.env, capture = false, quiet = false } = {}) =>
  new Promise((resolve, reject) => {
    const shown = quiet ? 'ignore' : 'inherit'
    const stdio = ['inherit', capture ? 'pipe' : shown, capture && quiet ? 'pipe' : shown]
    const child = spawn(command, args, { cwd: root, env, stdio, shell: process.platform === 'win32' })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text) => {
        output += text
        if (!quiet) process.stdout.write(text)
      })
    }
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code: code ?? (signal ? 1 : 0), output }))
  })

/** npm, by the file that runs us when there is one, so that it is the same npm. */
export const npm = (args, options) => {
  const file = process.env['npm_execpath']
  return file?.endsWith('.js') ? run(process.execPath, [file, ...args], options) : run('npm', args, options)
}
