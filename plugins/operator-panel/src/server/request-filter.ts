import type { ListQuery } from './request-list-store.ts'

/** Takes a value into the statement and answers its parameter. */
export type AddValue = (value: unknown) => string

/** What the caller asked for beside the folder. */
export const filter = ({ botIds, channel, topicId, search }: ListQuery, add: AddValue): string =>
  [
    'true',
    ...(botIds === undefined ? [] : [`r.bot_id = ANY(${add(botIds)}::uuid[])`]),
    ...(channel === undefined ? [] : [`r.channel = ${add(channel)}`]),
    ...(topicId === undefined ? [] : [`r.topic_id = ${add(topicId)}`]),
    ...(search === undefined ? [] : [found(search, add)]),
  ].join(' AND ')

/** The words in the client's name or the last text, or the number of the request. */
const found = (search: string, add: AddValue): string => {
  const pattern = `${add(`%${search.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`)} COLLATE "und-x-icu"`
  return `(r.client_name ILIKE ${pattern} OR r.last_text ILIKE ${pattern}${orNumber(search, add)})`
}

/** Whatever `found` would find among the closed, and a little more. */
export const inIndex = (search: string, add: AddValue): string =>
  `({search_grams}(r.client_name || ' ' || r.last_text) @@ {search_query}(${add(search)})${orNumber(search, add)})`

const orNumber = (search: string, add: AddValue): string => {
  const [, number] = /^#?(\d{1,15})$/.exec(search) ?? []
  return number === undefined ? '' : ` OR r.number = ${add(number)}`
}
