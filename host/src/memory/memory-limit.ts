import { totalmem } from 'node:os'

const option = /^"?--max[-_]old[-_]space[-_]size(-percentage)?=([\d.]+)"?$/
const megabyte = 2 ** 20

/** Bytes that this process may have: of its container, or of the machine. */
const available = (): number => Math.min(process.constrainedMemory() || Infinity, totalmem())

/**
 * Bytes of the old generation, where it is said in the options of Node: V8 tells a limit that has the young generation in it, too, three times
 * `--max-semi-space-size`, and a process dies when the old one is full.
 */
export function declaredLimit(execArgv: readonly string[], nodeOptions = '', memory = available()): number | undefined {
  const sizes = [...nodeOptions.split(/\s+/), ...execArgv].flatMap((word) => {
    const [found, percentage, size] = option.exec(word) ?? []
    if (found === undefined) return []
    return [percentage === undefined ? Number(size) * megabyte : (memory * Number(size)) / 100]
  })
  const last = sizes.at(-1) ?? 0
  return last > 0 ? last : undefined
}
