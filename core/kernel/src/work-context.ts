import { AsyncLocalStorage } from 'node:async_hooks'
import type { WorkContext } from './plugin-handle.ts'

// The one piece of module state in the platform: an async context must be the same object for everyone in the process.
const storage = new AsyncLocalStorage<WorkContext>()

export const currentContext = (): WorkContext | undefined => storage.getStore()

export const runInContext = <T>(context: WorkContext, work: () => T): T => storage.run(context, work)
