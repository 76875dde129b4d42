/** Marks rooms of topics among the others that socket.io keeps, such as one for each socket. */
const mark = 't:'

const sorted = (_name: string, value: unknown): unknown =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value

/** Equal keys give the same text, whatever the order of their properties. */
const keyText = (key: unknown): string =>
  // nearly every key is one id, which needs no sorting
  JSON.stringify(key, key !== null && typeof key === 'object' && Object.keys(key).length > 1 ? sorted : undefined)

export const roomOf = (topic: string, key: unknown): string => `${mark}${topic} ${keyText(key)}`

export const isTopicRoom = (room: string): boolean => room.startsWith(mark)

/** What a room was made of. */
export const topicOfRoom = (room: string): { readonly topic: string; readonly key: unknown } => {
  const space = room.indexOf(' ')
  return { topic: room.slice(mark.length, space), key: JSON.parse(room.slice(space + 1)) }
}
