import { setTimeout as pause } from 'node:timers/promises'

/** Polls until the condition holds. `step` lets time pass between two looks; in real time by default. */
export const until = async (
  what: string,
  holds: () => boolean | Promise<boolean>,
  step: () => Promise<unknown> = () => pause(5),
  deadline = 10_000,
): Promise<void> => {
  const end = Date.now() + deadline
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`Waited ${deadline} ms in vain until ${what}.`)
    await step()
  }
}
