export const administrator = { login: 'faults@parley.test', password: 'Faults-are-tested-here-7' }

export interface Address {
  readonly channel: 'custom' | 'parcel'
  /** Where its messages go in, below the address of a process. */
  readonly path: string
}

const answerEverything = {
  format: 'parley.scenario@1',
  title: 'Says what it hears',
  sections: [
    {
      id: 'main',
      title: 'main',
      nodes: [
        { id: 'start', type: 'start' },
        { id: 'say', type: 'message', parameters: { text: '{{user_input}}' } },
      ],
      edges: [{ from: 'start', to: 'say' }],
    },
  ],
}

/** A bot that answers every message with its text, and its two accounts, made as an administrator makes them. */
export const setUp = async (url: string, sinkPort: number): Promise<readonly Address[]> => {
  let token = ''
  const call = async (method: string, path: string, body?: object): Promise<Record<string, any>> => {
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...(token === '' ? {} : { authorization: `Bearer ${token}` }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const answer = (await response.json()) as Record<string, any>
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${JSON.stringify(answer)}`)
    return answer
  }
  token = (await call('POST', '/auth/login', administrator))['accessToken']
  const bot = await call('POST', '/conversations/bots', { name: 'Echo', language: 'en' })
  await call('PUT', `/scenario-runtime/bots/${bot['id']}/draft`, { document: answerEverything })
  await call('POST', `/scenario-runtime/bots/${bot['id']}/publish`)
  const connect = async (channel: string, config: object): Promise<string> =>
    (await call('POST', '/conversations/accounts', { botId: bot['id'], channel, title: channel, config, active: true }))['id']
  const custom = await connect('custom_channel', { custom_channel_url: `http://127.0.0.1:${sinkPort}/custom` })
  const parcel = await connect('parcel', { url: `http://127.0.0.1:${sinkPort}/parcel` })
  return [
    { channel: 'custom', path: `/hooks/channel-custom/${custom}` },
    { channel: 'parcel', path: `/hooks/channel-parcel/${parcel}` },
  ]
}
