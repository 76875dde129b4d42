import { ParleyError, type Audit, type Clock, type ConfigurationKind, type Transaction } from '@parley/plugin-api'
import type { Bots } from '@parley/plugin-conversations/api'
import { z } from 'zod'
import { editScenarios, type ScenarioProblem } from '../api/index.ts'
import type { Catalogue } from './catalogue.ts'
import { canonicalText } from './document/canonical-document.ts'
import { ScenarioLibrary } from './scenario-library.ts'
import { ScenarioStore } from './stores/scenario-store.ts'
import { SessionStore } from './stores/session-store.ts'
import type { Templates } from './templates/templates.ts'

interface Parts {
  readonly bots: Bots
  readonly catalogue: Catalogue
  readonly templates: Templates
  readonly scenarioLibrary: ScenarioLibrary
  readonly audit: Audit
  readonly clock: Clock
}

const document = z.record(z.string(), z.unknown())
interface ScenarioFile {
  /** What new conversations take. */
  readonly published?: Readonly<Record<string, unknown>> | undefined
  /** Where it is not what is published. */
  readonly draft?: Readonly<Record<string, unknown>> | undefined
}

/** The scenario of each bot: what is published, and the draft where it differs. Older versions are history, and stay where they are. */
export const scenarioConfiguration = ({ bots, catalogue, templates, scenarioLibrary, audit, clock }: Parts): ConfigurationKind<ScenarioFile> => {
  const on = async (db: Transaction): Promise<ScenarioLibrary> => {
    // a bot that the same import has made is not there for anybody else yet
    const seen: Pick<Bots, 'get'> = { get: (id) => bots.get(id, { within: db }) }
    return new ScenarioLibrary({
      ...{ db, templates, audit, clock, bots: seen },
      // nor are actions that it has brought
      catalogue: await catalogue.seenBy(db),
      scenarioStore: new ScenarioStore({ db }),
      sessionStore: new SessionStore({ db }),
    })
  }
  const mayCome = ({ path }: ScenarioProblem, given: unknown): boolean => {
    if (!catalogue.hasSources || !/\/(?:templateId|type)$/.test(path)) return false
    const name = at(given, path)
    return typeof name === 'string' && catalogue.node(name) === undefined
  }
  const schema = z.object({ published: document.optional(), draft: document.optional() }).check(({ value, issues }) => {
    const report = (path: string, message: string): void => void issues.push({ code: 'custom', path: path.split('.'), message, input: value })
    if (value.published === undefined && value.draft === undefined) report('published', 'A scenario has "published", "draft" or both.')
    for (const part of ['published', 'draft'] as const) {
      if (value[part] === undefined) continue
      const { problems, readable } = scenarioLibrary.checkKnown(value[part])
      if (part === 'draft' && readable) continue
      for (const problem of problems) {
        // the same import may bring the action; whether it does is known when the scenario is published
        if (problem.level === 'error' && !mayCome(problem, value[part]))
          report([part, ...problem.path.split('/').filter(Boolean)].join('.'), problem.message)
      }
    }
  })
  return {
    permission: editScenarios,
    schema,
    keysOf: 'conversations/bots',
    async list(db) {
      await catalogue.refresh()
      const store = new ScenarioStore({ db })
      const things = []
      for (const { botId } of await store.summaries()) {
        const draft = (await store.draft(botId))!
        const live = draft.publishedId === undefined ? undefined : await store.version(draft.publishedId)
        const file = {
          ...(live === undefined ? {} : { published: parse(live.document) }),
          ...(live?.document === draft.draft ? {} : { draft: parse(draft.draft) }),
        }
        things.push({ id: botId, name: botId, document: file })
      }
      return things
    },
    async save({ id, document: wanted, before }, { db, actor }) {
      const library = await on(db)
      const botId = id!
      let draft = before?.draft ?? before?.published
      if (before?.published !== undefined && wanted.published === undefined) {
        await library.remove(botId)
        draft = undefined
      }
      if (wanted.published !== undefined && !same(wanted.published, before?.published)) {
        await library.importDraft(botId, wanted.published)
        const { problems } = await library.check(wanted.published)
        const errors = problems.filter(({ level }) => level === 'error')
        if (errors.length > 0) throw new ParleyError('unprocessable', errors.map(({ path, message }) => `published${path}: ${message}`).join(' '))
        await library.publish(botId, actor.name)
        draft = wanted.published
      }
      const next = wanted.draft ?? wanted.published
      if (!same(next, draft)) await library.importDraft(botId, next)
      return botId
    },
    async remove({ id }, { db }) {
      await (await on(db)).remove(id)
    },
  }
}

const at = (document: unknown, pointer: string): unknown =>
  pointer
    .split('/')
    .slice(1)
    .reduce<unknown>((value, key) => (typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined), document)
const parse = (text: string): Record<string, unknown> => JSON.parse(text) as Record<string, unknown>
const same = (a: unknown, b: unknown): boolean => b !== undefined && canonicalText(a) === canonicalText(b)
