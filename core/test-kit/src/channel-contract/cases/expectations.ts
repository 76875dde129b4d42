import { expect } from 'vitest'
import type { Conversation, Message } from '@parley/plugin-conversations/api'
import type { ChannelBench, Happening } from '../channel-bench.ts'
import type { ShownMessage } from '../description.ts'

/** The client's message as it reached who talks with the client. */
export const firstOf = async (bench: ChannelBench, chatId: string): Promise<Message> => {
  const [first] = await bench.until(() => bench.receivedIn(chatId).length > 0 && bench.receivedIn(chatId), 'the message of the client')
  return first!.message
}

/** Anything may be refused, as long as nothing breaks. */
export const survives = (status: number | undefined, what: string): void => {
  expect(status ?? 200, `The webhook must not fall over at ${what}: a refusal is 4xx`).toBeLessThan(500)
}

/** A provider that never tells such a thing: if it begins to, the channel must survive it, and go on. */
export const survivesTheUnknown = async (bench: ChannelBench): Promise<void> => {
  survives(await bench.tell(bench.chat(), { type: 'unknown' }), 'an update that does not exist yet')
  await goesOn(bench)
}

/** The message leaves. */
export const isSent = async (bench: ChannelBench, conversation: Conversation, id: string | undefined): Promise<void> => {
  const { state, reason } = await bench.settled(conversation, id!)
  expect(state, `The message must be sent${reason === undefined ? '' : `; the reason given is "${reason}"`}`).toBe('sent')
}

/** Messages come in, and go out. */
export const goesOn = async (bench: ChannelBench): Promise<void> => {
  const { chatId, conversation } = await bench.talk()
  const [id] = await bench.send(conversation, { kind: 'text', text: 'still here' })
  await isSent(bench, conversation, id)
  await bench.until(() => bench.shownIn(chatId).length > 0, 'the answer at the client')
  expect(plainOf(bench.shownIn(chatId)[0]!), 'The channel must go on: the next text must reach the client').toBe('still here')
}

/** What comes in by `happening`, or what stands for it where the provider never tells such a thing. */
export const takesIn = async (bench: ChannelBench, happening: Happening, check: (message: Message, chatId: string) => unknown): Promise<void> => {
  const chatId = bench.chat()
  if (!(await bench.deliver(chatId, happening))) return await survivesTheUnknown(bench)
  await check(await firstOf(bench, chatId), chatId)
}

/** What is read of a shown text, whatever marks it up. */
export const plainOf = ({ text = '', html = false }: Pick<ShownMessage, 'text' | 'html'>): string =>
  html ? text.replaceAll(/<[^>]*>/g, '').replaceAll(/&(lt|gt|amp|quot|#39|#x27);/g, (_, name: string) => entities[name] ?? '') : text

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', '#39': "'", '#x27': "'" }

/** Without white space, which a split may change. */
export const squeezed = (text: string): string => text.replaceAll(/\s+/g, '')

/** The bytes that a client gets of a shown file, which must be these many. */
export const hasBytes = async (bench: ChannelBench, { file }: Pick<ShownMessage, 'file'>, size: number): Promise<void> => {
  if (file?.size !== undefined && file.url === undefined) return expect(file.size, 'The client must get the whole file').toBe(size)
  expect(file?.url, '`shows` must give `file` with the address, or with the size of the bytes').toBeTypeOf('string')
  const address = new URL(file!.url!, bench.host.url)
  const answer = await fetch(bench.host.url + address.pathname + address.search)
  expect(answer.status, `The file must be at the address that the client gets, ${file?.url}`).toBe(200)
  expect((await answer.arrayBuffer()).byteLength, 'The client must get the whole file').toBe(size)
}

/** Words with a link to the file in place of the file. */
export const linksTo = async (bench: ChannelBench, words: string, size: number): Promise<void> => {
  const [url] = /https:\S+/.exec(words) ?? []
  expect(url, `A file that the channel cannot send must be a link in the text; the client reads "${words}"`).toBeDefined()
  await hasBytes(bench, { file: { url: url! } }, size)
}
