import { join } from 'node:path'
import { installationWith } from './installation.mjs'
import { median, memoryOf } from './setting.mjs'

const counts = [0, 1, 100]

/** An installation with the usual plugins and so many that do nothing. */
const homeWith = (folder, count) => {
  const ids = Array.from({ length: count }, (_, index) => `empty-${index + 1}`)
  return installationWith(folder, Object.fromEntries(ids.map((id) => [id, `export default { apiVersion: 1, spec: { id: '${id}' } }\n`])))
}

const mustRun = async (url, count) => {
  const plugins = await (await fetch(`${url}/system/plugins`)).json()
  const running = plugins.filter(({ id, state }) => id.startsWith('empty-') && state === 'running').length
  if (running !== count) throw new Error(`${running} of ${count} empty plugins run`)
}

/** (g) What plugins that do nothing cost at the start and in memory: one of them, a hundred of them; medians of `rounds`, the numbers taken in turn. */
export const pluginCost = async (setting, { rounds }) => {
  const postgres = await setting.postgres()
  const installations = await Promise.all(
    counts.map(async (count) => ({
      count,
      home: homeWith(join(setting.folder, `home-${count}`), count),
      databaseUrl: await postgres.database(`plugins_${count}`),
      ready: [],
      megabytes: [],
    })),
  )
  for (const { home, databaseUrl } of installations) await (await setting.host({ databaseUrl, env: { PARLEY_HOME: home } })).stop()
  for (let round = 0; round < rounds; round += 1) {
    for (const { count, home, databaseUrl, ready, megabytes } of installations) {
      const host = await setting.host({ databaseUrl, env: { PARLEY_HOME: home } })
      await mustRun(host.url, count)
      ready.push(host.readyAfter)
      await new Promise((resolve) => setTimeout(resolve, 3000))
      megabytes.push(memoryOf(host.pid))
      await host.stop()
    }
  }
  const [none, ...some] = installations.map(({ count, ready, megabytes }) => ({ count, ready: median(ready), megabytes: median(megabytes) }))
  return {
    none: { readySeconds: none.ready, idleMegabytes: none.megabytes },
    ...Object.fromEntries(
      some.map(({ count, ready, megabytes }) => [
        count === 1 ? 'one' : 'hundred',
        {
          readySeconds: ready,
          idleMegabytes: megabytes,
          millisecondsMore: (ready - none.ready) * 1000,
          megabytesMore: megabytes - none.megabytes,
        },
      ]),
    ),
  }
}
