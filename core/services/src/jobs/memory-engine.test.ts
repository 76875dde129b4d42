import { createTestClock } from '../clock/index.ts'
import { queueContract } from './queue.contract.ts'

queueContract('memory', () => {
  const clock = createTestClock()
  return { adapter: 'memory', clock, step: () => clock.advance(5) }
})
