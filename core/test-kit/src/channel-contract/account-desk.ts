import { schemaPlace, type SchemaPlace } from '@parley/plugin-api'
import type { AccountHealth, ChannelAccount } from '@parley/plugin-conversations/api'
import type { TestResponse } from '../test-client.ts'
import type { TestHost } from '../test-host.ts'
import type { ChannelDescription } from './description.ts'
import { accounts, bots, channels } from './references.ts'

const api = '/api/v1/conversations'

type Health = Pick<AccountHealth, 'state' | 'text' | 'credentialsEndAt'>

interface IntakeLine {
  readonly id: string
  readonly payload: string
  /** How many messages it held. */
  readonly events: number
  readonly problem?: string
}

/** The account as an administrator has it: connected, looked at, switched on and off. */
export class AccountDesk {
  readonly #host: TestHost
  readonly #description: ChannelDescription
  /** Where the driver finds its provider. */
  readonly #origin: () => string
  #account: ChannelAccount | undefined

  constructor({ host, description, origin }: { host: TestHost; description: ChannelDescription; origin: () => string }) {
    this.#host = host
    this.#description = description
    this.#origin = origin
  }

  get account(): ChannelAccount {
    if (this.#account === undefined) throw new Error('No account is connected yet.')
    return this.#account
  }

  get administrator(): TestHost['http'] {
    return this.#host.http.as({ name: 'Administrator' })
  }

  /** As the wizard does it: saved, then made known to the provider. */
  async connect(): Promise<{ id: string; health: Health }> {
    const bot = this.#account?.botId ?? (await this.#host.service(bots).create({ name: 'Shop' })).id
    const body = { botId: bot, channel: this.#description.channel, title: 'Shop', config: this.#config }
    const answer = await this.administrator.post(`${api}/accounts`, body)
    if (answer.status !== 200) throw new Error(`The account could not be connected: ${answer.text}`)
    this.#account ??= await this.#host.service(accounts).get(answer.body.id)
    return answer.body
  }

  async health(): Promise<Health> {
    return (await this.administrator.get(this.path())).body.health
  }

  /** A live look at the account. */
  async check(): Promise<Health> {
    return (await this.administrator.post(this.path('/check'))).body
  }

  checkDraft(): Promise<TestResponse> {
    const { botId, id } = this.account
    return this.administrator.post(`${api}/accounts/check`, { id, botId, channel: this.#description.channel, title: 'Shop', config: this.#config })
  }

  /** On or off, as an administrator does it. */
  async switch(active: boolean): Promise<void> {
    const { version } = (await this.administrator.get(this.path())).body
    const answer = await this.administrator.patch(this.path(), { version, active })
    if (answer.status !== 200) throw new Error(`The account could not be switched ${active ? 'on' : 'off'}: ${answer.text}`)
  }

  /** What came in as it came, newest first. */
  async intake(before?: string): Promise<IntakeLine[]> {
    return (await this.administrator.get(this.path('/intake'), { query: { limit: 100, ...(before === undefined ? {} : { before }) } })).body.lines
  }

  /** Takes a payload of the intake in again. */
  replay(id: string): Promise<TestResponse> {
    return this.administrator.post(this.path(`/intake/${id}/replay`))
  }

  /** The channel's plugin is suspended meanwhile, as when it is switched off or its licence ends. */
  async suspended(work: () => Promise<void>): Promise<void> {
    const { kernel } = this.#host
    const owner = kernel.contributor(channels, this.#description.channel)!
    kernel.suspend(owner, 'a test')
    try {
      await work()
    } finally {
      kernel.resume(owner)
    }
  }

  /** The channel as the connect wizard sees it. */
  async kind(): Promise<{ form: { properties: Record<string, any> }; secrets: string[]; about?: { text: unknown } }> {
    const { body } = await this.administrator.get(`${api}/channels`)
    return body.channels.find(({ kind }: { kind: string }) => kind === this.#description.channel)
  }

  /** The secrets that were entered. */
  async secrets(): Promise<string[]> {
    const within = (value: unknown, place: SchemaPlace): string[] => {
      if (typeof value === 'string') return place.secret && value !== '' ? [value] : []
      if (Array.isArray(value)) return value.flatMap((item, index) => within(item, place.at(index)))
      return Object.entries(value ?? {}).flatMap(([name, inner]) => within(inner, place.at(name)))
    }
    return within(this.#config, schemaPlace((await this.kind()).form))
  }

  path(rest = '', id = this.account.id): string {
    return `${api}/accounts/${id}${rest}`
  }

  get #config(): Record<string, unknown> {
    return this.#description.account(this.#origin())
  }
}
