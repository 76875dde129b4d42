import { dependantsOf, didYouMean, foundations, isObject, runInContext } from '@parley/kernel'
import { ParleyError } from '@parley/plugin-api'
import { changeState, createAudit, PluginStateStore, systemClock, type Database, type PluginDecision, type StateWish } from '@parley/services'
import { readInstallation, type Installation } from '../../installation.ts'
import { touchLines } from '../../plugins/describe-plugin.ts'
import type { Command, CommandContext } from '../command.ts'
import { missing, readArguments } from './arguments.ts'
import { reachableDatabase, whoTypes } from './change-audit.ts'

type Verb = 'disable' | 'enable' | 'quarantine' | 'release'

const wished = { disable: 'disabled', enable: 'enabled', quarantine: 'quarantined', release: 'enabled' } as const
const stops = (verb: Verb): boolean => verb === 'disable' || verb === 'quarantine'

/** Nothing of any plugin is loaded here: it may be the one that ends every process which does. */
const decide =
  (verb: Verb): Command =>
  async (context) => {
    const { root, variables, args } = context
    const usage = `parley plugins ${verb} <id>${stops(verb) ? ' [--reason TEXT]' : ''} [--yes]`
    const { word: id, values } = readArguments(args, usage, {
      yes: { type: 'boolean' },
      ...(stops(verb) ? { reason: { type: 'string' as const } } : {}),
    })
    if (id === undefined) throw missing(usage)
    const installation = await readInstallation(root, variables)
    const ids = installation.found.map((plugin) => plugin.id)
    if (!ids.includes(id)) throw new ParleyError('not_found', `There is no plugin "${id}".${didYouMean(id, ids)} "parley plugins list" names them.`)
    const database = await reachableDatabase(root, installation.host)
    if (!database) {
      const hint = `Start it, or set plugins.${id}.enabled: ${stops(verb) ? 'false' : 'true'} in the configuration.`
      throw new ParleyError('database_unavailable', `The database does not answer, and this is kept there. ${hint}`)
    }
    try {
      const { reason } = values as { reason?: string }
      return await carryOut({ context, verb, id, installation, database, yes: values.yes === true, reason })
    } finally {
      await database.close()
    }
  }

interface Wish {
  readonly context: CommandContext
  readonly verb: Verb
  readonly id: string
  readonly installation: Installation
  readonly database: Database
  readonly yes: boolean
  readonly reason: string | undefined
}

async function carryOut({ context, verb, id, installation, database, yes, reason }: Wish): Promise<number> {
  const { print, ask } = context
  const store = new PluginStateStore(database.host)
  if (!(await store.ready())) throw new ParleyError('migrations_pending', 'The database is older than this release. Run "parley migrate" first.')
  const known = (await store.decisions()).find(({ plugin }) => plugin === id)
  refuse(verb, id, known, installation)
  for (const line of stops(verb) ? whatStops(id, installation) : whatComes(id, installation)) print(line)
  if (!yes && !(ask && /^(y|yes)$/i.test((await ask(`${sayVerb[verb]}? [yes/no] `)).trim()))) {
    print(ask ? 'Nothing was changed.' : `Nothing was changed. Add --yes to ${verb} it.`)
    return 1
  }
  const actor = whoTypes()
  const wish: StateWish = { plugin: id, state: wished[verb], reason, by: actor.name, at: systemClock().now() }
  const audit = createAudit({ database, clock: systemClock() }).forPlugin('host')
  await runInContext({ plugin: 'host', requestId: 'command-line', actor }, () => changeState(wish, { known, store, audit }))
  print(outcome(verb, id))
  return 0
}

const sayVerb = { disable: 'Disable it', enable: 'Enable it', quarantine: 'Put it into quarantine', release: 'Release it' }

const outcome = (verb: Verb, id: string): string =>
  stops(verb)
    ? `"${id}" is ${wished[verb]}. Running processes stop using it within seconds; its code leaves their memory when they are restarted.`
    : `"${id}" is enabled. Processes that have it loaded go on within seconds; the others load it when they are restarted.`

function refuse(verb: Verb, id: string, known: PluginDecision | undefined, { found, loaded, host }: Installation): void {
  const refusal = (sentence: string): ParleyError => new ParleyError('conflict', sentence)
  const entries = loaded.values['plugins']
  const entry = isObject(entries) ? entries[id] : undefined
  if (verb === 'enable' && isObject(entry) && entry['enabled'] === false)
    throw refusal(
      `"${id}" is disabled in ${loaded.origin(['plugins', id, 'enabled']) ?? 'the configuration'} (plugins.${id}.enabled: false). Change it there.`,
    )
  if (verb === 'enable' && known?.state === 'quarantined')
    throw refusal(`"${id}" is in quarantine: ${known.reason ?? 'nobody said why'}. If it may run again, use: parley plugins release ${id}`)
  if (verb === 'release' && known?.state !== 'quarantined') throw refusal(`"${id}" is not in quarantine.`)
  if (stops(verb) && foundations(host.host.critical, graphOf({ found })).has(id))
    throw refusal(`Parley does not work without "${id}" (host.critical). Nothing was changed.`)
}

const whatStops = (id: string, installation: Installation): readonly string[] => {
  const dependants = dependantsOf(id, graphOf(installation))
  return [
    `"${id}" stops: its pages and its part of the API answer 503, its jobs and schedules wait, what it adds to other screens disappears. Its data stay.`,
    'What other plugins tell it meanwhile is kept as long as its code is loaded. What happens after a restart is not: it never learns of that.',
    ...(dependants.length === 0 ? [] : [`These need it, miss what it does, and do not start any more: ${dependants.join(', ')}.`]),
  ]
}

const whatComes = (id: string, { found }: Installation): readonly string[] => {
  const { manifest, version } = found.find((plugin) => plugin.id === id)!
  return [`"${id}" ${version} says of itself:`, ...(manifest === undefined ? ['  nothing'] : touchLines(manifest, found))]
}

/** By what the packages say: no code is loaded. */
const graphOf = ({ found }: Pick<Installation, 'found'>) => ({
  ids: found.map(({ id }) => id),
  touches(id: string) {
    const { consumes = [], provides = [] } = found.find((plugin) => plugin.id === id)?.manifest ?? {}
    return { consumes, provides }
  },
})

export const disablePlugin = decide('disable')
export const enablePlugin = decide('enable')
export const quarantinePlugin = decide('quarantine')
export const releasePlugin = decide('release')
