import { randomUUID } from 'node:crypto'
import type { DemoContext, DemoData, Points, Secrets } from '@parley/plugin-api'
import type { Clients } from '@parley/plugin-clients/api'
import { channels, demoBotId, type Author, type Sender } from '../../api/index.ts'
import type { AccountStore } from '../accounts/account-store.ts'
import type { BotStore } from '../bots/bot-store.ts'
import type { Config } from '../config.ts'
import { conversationIdOf, derivedId } from '../ids.ts'
import { demoDialogs, demoPeople, type Line } from './demo-dialogs.ts'
import type { DemoStore } from './demo-store.ts'

const accountsOf = {
  widget: { title: 'Website', config: {} },
  custom_channel: { title: 'Shop application', config: { custom_channel_url: 'https://shop.example.com/parley' } },
}
const days = 7
const perDay = 6
/** The newest conversations, which go on now. */
const recent = 14
const operatorNames = ['Оксана Коваль', 'Taras Melnyk', 'Ірина Шевчук']

interface Parts {
  readonly accountStore: AccountStore
  readonly botStore: BotStore
  readonly demoStore: DemoStore
  readonly clients: Clients
  readonly points: Points
  readonly secrets: Secrets
  readonly config: Config
}

/**
 * A shop with a bot, two channels and a week of conversations. Leaves `bot` (an id), `accounts` (channel -> id), `conversations` and `clients` (ids)
 * for the plugins after it.
 */
export class DemoShop implements DemoData {
  readonly #parts: Parts

  constructor({ accountStore, botStore, demoStore, clients, points, secrets, config }: Parts) {
    this.#parts = { accountStore, botStore, demoStore, clients, points, secrets, config }
  }

  async seed({ now, shared, log }: DemoContext): Promise<void> {
    const { botStore, points } = this.#parts
    if ((await botStore.byId(demoBotId)) === undefined) await botStore.insert({ id: demoBotId, name: 'Demo shop', language: 'uk', now })
    const accounts: Record<string, string> = {}
    for (const [channel, account] of Object.entries(accountsOf)) {
      if (points.get(channels).has(channel)) accounts[channel] = await this.#account(channel, account, now)
      else log.warn('a channel of the demo is not enabled', { channel })
    }
    const operators = (shared.get('operators') ?? []) as readonly string[]
    const conversations: string[] = []
    const clients = new Set<string>()
    for (let number = 0; number < days * perDay; number++) {
      const made = await this.#conversation(number, accounts, operators, now)
      if (made === undefined) continue
      conversations.push(made.id)
      clients.add(made.clientId)
    }
    for (const [key, value] of Object.entries({ bot: demoBotId, accounts, conversations, clients: [...clients] })) shared.set(key, value)
    log.info('the demo shop is open', { conversations: conversations.length })
  }

  async remove({ shared }: DemoContext): Promise<void> {
    const { demoStore } = this.#parts
    shared.set('clients', await demoStore.clientsOf(demoBotId))
    await demoStore.remove(demoBotId)
  }

  async #account(channel: string, { title, config }: { readonly title: string; readonly config: object }, now: Date): Promise<string> {
    const { accountStore, secrets } = this.#parts
    const id = accountIdOf(channel)
    if ((await accountStore.get(id)) !== undefined) return id
    const secret = secrets.seal(randomUUID() + randomUUID())
    await accountStore.insert({ id, botId: demoBotId, channel, title, config: { ...config }, secret, active: true, createdAt: now })
    return id
  }

  async #conversation(number: number, accounts: Readonly<Record<string, string>>, operators: readonly string[], now: Date) {
    const person = demoPeople[number % demoPeople.length]!
    const channel = number % 3 === 2 ? 'custom_channel' : 'widget'
    const accountId = accounts[channel] ?? Object.values(accounts)[0]
    if (accountId === undefined) return undefined
    const { clients, demoStore, config } = this.#parts
    const chatId = `demo-${number % demoPeople.length}-${channel}-${Math.floor(number / demoPeople.length)}`
    const id = conversationIdOf(accountId, chatId)
    const { language, ...names } = person
    const sender: Sender = { id: chatId, language, ...names }
    const { clientId, identityId } = await clients.identify({ accountId, channel, chatId, sender })
    const dialogs = demoDialogs[language]
    const lines = dialogs[number % dialogs.length]!
    const fromNewest = days * perDay - number
    const past = (days - Math.floor(number / perDay)) * 86_400_000 - ((number * 97) % 600) * 60_000
    const start = now.getTime() - (fromNewest <= recent ? (fromNewest * 9 + 3) * 60_000 : past)
    const operator = operators[number % Math.max(1, operators.length)]
    await demoStore.insert({
      conversation: {
        id,
        accountId,
        botId: demoBotId,
        channel,
        chatId,
        clientId,
        identityId,
        holder: config.firstHolder,
        createdAt: new Date(start),
      },
      messages: lines.map((line, index) => ({
        id: derivedId('demo', id, String(index)),
        number: index + 1,
        author: authorOf(line, `${names.firstName} ${names.lastName}`, operator, operatorNames[number % operatorNames.length]!),
        text: line[1],
        at: new Date(start + index * 47_000 + ((number * 13 + index * 29) % 60) * 1000),
      })),
    })
    return { id, clientId }
  }
}

const accountIdOf = (channel: string): string => derivedId('demo', 'account', channel)

const authorOf = ([by]: Line, client: string, operatorId: string | undefined, operatorName: string): Author => {
  if (by === 'client') return { kind: 'client', name: client }
  if (by === 'bot' || operatorId === undefined) return { kind: 'bot', name: 'Demo shop' }
  return { kind: 'operator', id: operatorId, name: operatorName }
}
