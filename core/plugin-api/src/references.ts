import type { Schema } from './schema.ts'

declare const type: unique symbol

/** `plugin.thing@major`. Equal ids are the same thing, whichever copy of a package made the reference. */
export type Id = `${string}.${string}@${number}`

/** A service another plugin provides. */
export interface Token<in T> {
  readonly kind: 'service'
  readonly id: Id
  readonly [type]?: (implementation: T) => void
}

/** A service that may be absent: its name in the cradle may be `undefined`. */
export interface Optional<T> {
  readonly kind: 'optional'
  readonly token: Token<T>
}

/** A typed registry that its owner reads and other plugins contribute to. */
export interface ExtensionPoint<T> {
  readonly kind: 'point'
  readonly id: Id
  readonly cardinality: 'one' | 'many'
  readonly [type]?: T
}

/** A durable event, delivered at least once to each subscriber after the publisher's commit. */
export interface EventType<P> {
  readonly kind: 'event'
  readonly id: Id
  readonly payload: Schema<P>
}

/** A live feed, one sequence of messages per key. */
export interface TopicType<K, P> {
  readonly kind: 'topic'
  readonly id: Id
  readonly key: Schema<K>
  readonly payload: Schema<P>
}

/** @example export const inbox = token<Inbox>('conversations.inbox@1') */
export const token = <T>(id: Id): Token<T> => ({ kind: 'service', id })

/** @example consumes: { writer: optional(aiTextWriter) } */
export const optional = <T>(service: Token<T>): Optional<T> => ({ kind: 'optional', token: service })

/** @example export const channels = extensionPoint<ChannelDriver>('conversations.channels@1') */
export const extensionPoint = <T>(id: Id, cardinality: 'one' | 'many' = 'many'): ExtensionPoint<T> => ({ kind: 'point', id, cardinality })

/** @example export const requestClosed = eventType('operator-panel.request-closed@1', z.object({ requestId: z.uuid() })) */
export const eventType = <P>(id: Id, payload: Schema<P>): EventType<P> => ({ kind: 'event', id, payload })

/** @example export const progress = topicType('broadcasts.progress@1', { key: z.object({ id: z.uuid() }), payload: z.object({ sent: z.number() }) }) */
export const topicType = <K, P>(id: Id, schemas: { key: Schema<K>; payload: Schema<P> }): TopicType<K, P> => ({ kind: 'topic', id, ...schemas })
