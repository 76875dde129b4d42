import { randomUUID } from 'node:crypto'
import { ParleyError, type Audit, type Clock, type PluginDatabase } from '@parley/plugin-api'
import type { Bots } from '@parley/plugin-conversations/api'
import type { ActionUse, ScenarioProblem, Scenarios } from '../api/index.ts'
import { spellings, type Catalogue } from './catalogue.ts'
import { canonicalText } from './document/canonical-document.ts'
import { checkDocument, type CheckedDocument } from './document/check-document.ts'
import { documentChanges, type DocumentChange } from './document/document-changes.ts'
import type { ScenarioDocument } from './document/scenario-document.ts'
import type { ScenarioStore, StoredDraft, StoredVersion } from './stores/scenario-store.ts'
import type { SessionStore } from './stores/session-store.ts'
import type { Templates } from './templates/templates.ts'

export interface Published {
  readonly version: number
  readonly problems: readonly ScenarioProblem[]
}

interface Dependencies {
  readonly db: PluginDatabase
  readonly scenarioStore: ScenarioStore
  readonly sessionStore: SessionStore
  readonly catalogue: Catalogue
  readonly templates: Templates
  readonly bots: Pick<Bots, 'get'>
  readonly audit: Audit
  readonly clock: Clock
}

const countOf = (text: string): { sections: number; nodes: number } => {
  const { sections } = JSON.parse(text) as ScenarioDocument
  return { sections: sections.length, nodes: sections.reduce((sum, { nodes }) => sum + nodes.length, 0) }
}

/** Drafts and published versions of bots' scenarios. */
export class ScenarioLibrary {
  readonly #deps: Dependencies

  constructor({ db, scenarioStore, sessionStore, catalogue, templates, bots, audit, clock }: Dependencies) {
    this.#deps = { db, scenarioStore, sessionStore, catalogue, templates, bots, audit, clock }
  }

  /** Against what there is now. */
  async check(document: unknown): Promise<CheckedDocument> {
    await this.#deps.catalogue.refresh()
    return this.checkKnown(document)
  }

  /** The same against what was known when somebody asked last. */
  checkKnown(document: unknown): CheckedDocument {
    const { catalogue, templates } = this.#deps
    return checkDocument(document, catalogue, templates)
  }

  async draft(botId: string): Promise<StoredDraft> {
    const draft = await this.#deps.scenarioStore.draft(botId)
    if (draft === undefined) throw new ParleyError('not_found', 'The bot has no scenario yet. Import one.')
    return draft
  }

  /**
   * Takes a document into the draft. Mistakes a person can still mend are stored and answered; what cannot be kept at all is refused with all of
   * them. `revision` is the draft the change began from: without it the last one wins.
   */
  async importDraft(
    botId: string,
    document: unknown,
    revision?: number,
  ): Promise<{ scenarioId: string; revision: number; problems: readonly ScenarioProblem[] }> {
    const { scenarioStore, bots, clock, db } = this.#deps
    const { problems, readable } = await this.check(document)
    if (!readable) throw unreadable(problems)
    const bot = await bots.get(botId)
    if (bot === undefined) throw new ParleyError('not_found', 'There is no such bot. Open Settings, Bots, to see those there are.')
    const text = canonicalText(document)
    const stored = await scenarioStore.draft(botId)
    const batch = db.batch()
    const at = clock.now()
    const scenarioId = stored?.scenarioId ?? randomUUID()
    const same = stored?.draft === text
    const next = same ? stored.revision : (stored?.revision ?? 0) + 1
    if (stored === undefined) await scenarioStore.create({ scenarioId, botId, draft: text, at }, batch)
    else if (!same) await scenarioStore.saveDraft({ botId, draft: text, revision: revision ?? stored.revision, at }, batch)
    await this.#deps.audit.record(
      {
        action: 'scenario.import',
        object: { type: 'scenario', id: scenarioId, title: bot.name },
        ...(stored === undefined ? {} : { before: { revision: stored.revision, ...countOf(stored.draft) } }),
        after: { revision: next, ...countOf(text) },
      },
      { within: batch },
    )
    await batch.commit()
    return { scenarioId, revision: next, problems }
  }

  /** Makes the draft what new runs take. The same document twice is one version. */
  async publish(botId: string, by: string): Promise<Published> {
    const { db, scenarioStore, clock, audit, catalogue } = this.#deps
    await catalogue.refresh()
    return await db.transaction(async (tx) => {
      const draft = await scenarioStore.lockedDraft(botId, tx)
      if (draft === undefined) throw new ParleyError('not_found', 'The bot has no scenario to publish. Import one first.')
      const { problems } = this.checkKnown(JSON.parse(draft.draft))
      const errors = problems.filter(({ level }) => level === 'error')
      if (errors.length > 0)
        throw new ParleyError('unprocessable', `The scenario has ${errors.length} error(s), so it was not published. Mend them and publish again.`, {
          details: { problems },
        })
      const live = draft.publishedId === undefined ? undefined : await scenarioStore.version(draft.publishedId, tx)
      const same = live?.document === draft.draft
      const number = same ? live.number : (await scenarioStore.lastNumber(botId, tx)) + 1
      const version = { id: randomUUID(), botId, number, document: draft.draft, warnings: problems.length, publishedAt: clock.now(), publishedBy: by }
      if (!same) await scenarioStore.publish(version, tx)
      await audit.record(
        {
          action: 'scenario.publish',
          object: { type: 'scenario', id: draft.scenarioId },
          ...(live === undefined ? {} : { before: { version: live.number } }),
          after: { version: number, ...countOf(draft.draft) },
        },
        { within: tx },
      )
      return { version: number, problems }
    })
  }

  /** What publishing would change, and who stands in what would be archived: they go on there until they end or start anew. */
  async pending(
    botId: string,
  ): Promise<{ changes: readonly DocumentChange[]; live: number | undefined; standing: readonly { node: string; title: string; count: number }[] }> {
    const { scenarioStore, sessionStore } = this.#deps
    const draft = await this.draft(botId)
    const live = draft.publishedId === undefined ? undefined : await scenarioStore.version(draft.publishedId)
    const before = live && (JSON.parse(live.document) as ScenarioDocument)
    const changes = documentChanges(before, JSON.parse(draft.draft) as ScenarioDocument)
    const standing = live === undefined ? [] : await sessionStore.standing(live.id)
    const titles = new Map(before?.sections.flatMap(({ nodes }) => nodes.map((node) => [node.id, node.title ?? node.alias ?? node.id])))
    return { changes, live: live?.number, standing: standing.map((at) => ({ ...at, title: titles.get(at.node) ?? at.node })) }
  }

  async version(botId: string, number: number): Promise<StoredVersion> {
    const version = await this.#deps.scenarioStore.numbered(botId, number)
    if (version === undefined) throw new ParleyError('not_found', `The scenario has no version ${number}.`)
    return version
  }

  /** The document that new runs take. */
  async published(botId: string): Promise<unknown> {
    const { scenarioStore } = this.#deps
    const id = await scenarioStore.publishedId(botId)
    const version = id === undefined ? undefined : await scenarioStore.version(id)
    return version && (JSON.parse(version.document) as unknown)
  }

  async usesOfActions(ids: readonly string[]): Promise<ActionUse[]> {
    const asked = new Map(ids.flatMap((id) => spellings(id).map((name) => [name, id] as const)))
    const uses = new Map<string, ActionUse>()
    for (const { name, ...use } of await this.#deps.scenarioStore.uses([...asked.keys()])) {
      const action = asked.get(name)!
      const key = JSON.stringify([action, use.botId])
      const known = uses.get(key)
      uses.set(key, { action, botId: use.botId, draft: use.draft + (known?.draft ?? 0), live: use.live + (known?.live ?? 0) })
    }
    return [...uses.values()]
  }

  async remove(botId: string): Promise<void> {
    const { db, scenarioStore, sessionStore, audit } = this.#deps
    const draft = await scenarioStore.draft(botId)
    if (draft === undefined) return
    const batch = db.batch()
    await sessionStore.removeOfBot(botId, batch)
    await scenarioStore.remove(botId, batch)
    await audit.record(
      { action: 'scenario.remove', object: { type: 'scenario', id: draft.scenarioId }, before: countOf(draft.draft) },
      { within: batch },
    )
    await batch.commit()
  }
}

const unreadable = (problems: readonly ScenarioProblem[]): ParleyError =>
  new ParleyError('unprocessable', `This is not a scenario that can be imported: ${problems.length} problem(s), see "problems".`, {
    details: { problems },
  })

/** The same for other plugins: an imported document must be publishable as far as it can be known. */
export const createScenarios = ({ scenarioLibrary }: { scenarioLibrary: ScenarioLibrary }): Scenarios => ({
  import: async (botId, document) => {
    const { scenarioId, problems } = await scenarioLibrary.importDraft(botId, document)
    return { scenarioId, problems: [...problems] }
  },
  publish: async (botId) => {
    const { version, problems } = await scenarioLibrary.publish(botId, 'system')
    return { version, problems: [...problems] }
  },
  remove: (botId) => scenarioLibrary.remove(botId),
  published: (botId) => scenarioLibrary.published(botId),
  usesOfActions: (ids) => scenarioLibrary.usesOfActions(ids),
})
