import { setTimeout as delay } from 'node:timers/promises'

/**
 * Polls until the check answers something that is neither `undefined` nor `false`, or stops throwing; then answers that. For effects that
 * come by way of a database or a socket.
 *
 * @example const [row] = await until(async () => (await sent()).length === 1 && sent())
 */
export async function until<T>(check: () => T | Promise<T>, { within = 10_000 }: { within?: number } = {}): Promise<Exclude<T, undefined | false>> {
  const deadline = performance.now() + within
  let problem: unknown
  for (;;) {
    try {
      const result = await check()
      if (result !== undefined && result !== false) return result as Exclude<T, undefined | false>
      problem = new Error(`The condition did not come true within ${within} ms: ${check.toString()}`)
    } catch (error) {
      problem = error
    }
    if (performance.now() > deadline) throw problem
    await delay(5)
  }
}
