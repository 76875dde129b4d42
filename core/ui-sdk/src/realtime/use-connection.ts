import type { Ref } from 'vue'
import { useRuntime } from '../runtime.ts'
import type { ConnectionState } from './topic-client.ts'

/** Whether live messages arrive; the shell shows a line when they do not. @example const connection = useConnection() */
export const useConnection = (): Readonly<Ref<ConnectionState>> => useRuntime().topics.state
