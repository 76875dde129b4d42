import { AsyncResource } from 'node:async_hooks'

/** Does something in the async context of whoever asked for it: under its request id, in its trace. */
export type Origin = <T>(work: () => T) => T

/** The present context, for what is done later and beside the work of others. */
export const presentOrigin = (): Origin => {
  const resource = new AsyncResource('conversations.origin')
  return (work) => resource.runInAsyncScope(work)
}
