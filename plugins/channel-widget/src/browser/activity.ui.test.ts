import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Activity } from './activity.ts'

let activity: Activity
beforeEach(() => {
  vi.useFakeTimers()
  activity = new Activity(() => undefined)
})
afterEach(() => void vi.useRealTimers())

test('thinking lasts as long as it is repeated, and ends by itself when nobody repeats it', () => {
  for (let second = 0; second < 60; second += 4) {
    activity.show({ kind: 'thinking', text: 'Looking at your order…' })
    vi.advanceTimersByTime(4000)
    expect(activity.now?.text).toBe('Looking at your order…')
  }
  vi.advanceTimersByTime(10_000)
  expect(activity.now).toBeUndefined()
})

test('an answer ends it at once', () => {
  activity.show({ kind: 'thinking', text: '' })
  activity.end()
  expect(activity.now).toBeUndefined()
})
