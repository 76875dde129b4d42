const option = /^--max[-_]old[-_]space[-_]size=(\d+)$/
const megabyte = 2 ** 20

/**
 * Bytes of the old generation, where it is said in the options of Node: V8 tells a limit that has the young generation in it, too, three times
 * `--max-semi-space-size`, and a process dies when the old one is full.
 */
export function declaredLimit(execArgv: readonly string[], nodeOptions = ''): number | undefined {
  const sizes = [...nodeOptions.split(/\s+/), ...execArgv].flatMap((word) => option.exec(word)?.[1] ?? [])
  const last = Number(sizes.at(-1) ?? 0)
  return last > 0 ? last * megabyte : undefined
}
