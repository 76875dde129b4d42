import { expect } from 'vitest'
import type { Message } from '@parley/plugin-conversations/api'
import type { ChannelBench, Happening } from '../channel-bench.ts'
import type { ShownMessage } from '../description.ts'

/** The client's message as it reached who talks with the client. */
export const firstOf = async (bench: ChannelBench, chatId: string): Promise<Message> => {
  const [first] = await bench.until(() => bench.receivedIn(chatId).length > 0 && bench.receivedIn(chatId), 'the message of the client')
  return first!.message
}

/** A provider that never tells such a thing: if it begins to, the channel must survive it, and go on. */
export const survivesTheUnknown = async (bench: ChannelBench): Promise<void> => {
  const status = await bench.deliver(bench.chat(), { type: 'unknown' })
  expect(status ?? 200).toBeLessThan(500)
  await goesOn(bench)
}

/** Messages come in, and go out. */
export const goesOn = async (bench: ChannelBench): Promise<void> => {
  const { chatId, conversation } = await bench.talk()
  await bench.send(conversation, { kind: 'text', text: 'still here' })
  await bench.until(() => bench.shownIn(chatId).length > 0, 'an answer')
  expect(plainOf(bench.shownIn(chatId)[0]!)).toBe('still here')
}

/** What comes in by `happening`, or what stands for it where the provider never tells such a thing. */
export const takesIn = async (bench: ChannelBench, happening: Happening, check: (message: Message, chatId: string) => unknown): Promise<void> => {
  const chatId = bench.chat()
  const status = await bench.deliver(chatId, happening)
  if (status === undefined) return await survivesTheUnknown(bench)
  expect(status).toBe(200)
  await check(await firstOf(bench, chatId), chatId)
}

/** What is read of a shown text, whatever marks it up. */
export const plainOf = ({ text = '', html = false }: Pick<ShownMessage, 'text' | 'html'>): string =>
  html ? text.replaceAll(/<[^>]*>/g, '').replaceAll(/&(lt|gt|amp|quot|#39|#x27);/g, (_, name: string) => entities[name] ?? '') : text

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', '#39': "'", '#x27': "'" }

/** Without white space, which a split may change. */
export const squeezed = (text: string): string => text.replaceAll(/\s+/g, '')

/** The bytes that a client gets of a shown file. */
export const bytesOf = async (bench: ChannelBench, { file }: ShownMessage): Promise<number> => {
  if (file?.size !== undefined && file.url === undefined) return file.size
  const address = new URL(file?.url ?? '', bench.host.url)
  const answer = await fetch(bench.host.url + address.pathname + address.search)
  return answer.ok ? (await answer.arrayBuffer()).byteLength : -answer.status
}
