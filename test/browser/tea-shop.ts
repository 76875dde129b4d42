import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { repository, type ParleyHost } from './parley-host.ts'

export interface Operator {
  readonly login: string
  readonly password: string
  readonly name: string
}

const password = 'Operators-open-this-2'

export const olena: Operator = { login: 'olena@parley.test', password, name: 'Olena Hnatiuk' }
export const taras: Operator = { login: 'taras@parley.test', password, name: 'Taras Melnyk' }

export interface TeaShop {
  /** The number that pages name. */
  readonly bot: number
  readonly botId: string
}

/** The shop of the examples on the website and over the custom channel, with two operators; made as an administrator makes it. */
export const openTeaShop = async (host: ParleyHost): Promise<TeaShop> => {
  const api = await host.api()
  for (const { login, name } of [olena, taras]) {
    const [firstName, lastName] = name.split(' ')
    await api.post('/identity/users', { email: login, firstName, lastName, roles: ['operator'], password })
  }
  await api.post('/operator-panel/topics', { alias: 'support', name: 'Support', active: true })
  const bot = await api.post('/conversations/bots', { name: 'Tea Shop', language: 'en' })
  const document = JSON.parse(readFileSync(join(repository, 'plugins/scenario-runtime/examples/shop.json'), 'utf8')) as object
  await api.put(`/scenario-runtime/bots/${bot['id']}/draft`, { document })
  await api.post(`/scenario-runtime/bots/${bot['id']}/publish`)
  const connect = (channel: string, title: string, config: object): Promise<object> =>
    api.post('/conversations/accounts', { botId: bot['id'], channel, title, config, active: true })
  await connect('widget', 'Website', { title: 'Tea Shop', subtitle: 'We usually answer within minutes' })
  await connect('custom_channel', 'Our app', { custom_channel_url: 'https://app.example.com/messages' })
  return { bot: bot['number'] ?? 1, botId: bot['id'] }
}
