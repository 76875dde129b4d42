import { median, memoryOf } from './setting.mjs'

/** (c) From the start of a host process with a migrated database until it is ready, and its memory when nothing happens. */
export const startAndMemory = async (setting, { rounds }) => {
  const postgres = await setting.postgres()
  const databaseUrl = await postgres.database('start')
  const first = await setting.host({ databaseUrl })
  await first.stop()
  const starts = []
  const memories = []
  for (let round = 0; round < rounds; round += 1) {
    const host = await setting.host({ databaseUrl })
    starts.push(host.readyAfter)
    await new Promise((resolve) => setTimeout(resolve, 3000))
    memories.push(memoryOf(host.pid))
    await host.stop()
  }
  return { readySeconds: median(starts), idleMegabytes: median(memories) }
}
