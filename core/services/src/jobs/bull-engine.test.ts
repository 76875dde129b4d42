import { setTimeout as pause } from 'node:timers/promises'
import { testRedisUrl } from '@parley/test-kit'
import { uniqueName } from '../../test/test-plugin.ts'
import { systemClock } from '../clock/index.ts'
import { queueContract } from './queue.contract.ts'

const redisUrl = testRedisUrl()

queueContract('bull', () => ({ adapter: { redisUrl, prefix: uniqueName() }, clock: systemClock(), step: () => pause(5) }))
