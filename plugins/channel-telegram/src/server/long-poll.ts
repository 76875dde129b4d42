import type { Clock, Queue } from '@parley/plugin-api'
import type { ChannelAccounts, Inbox } from '@parley/plugin-conversations/api'
import { callbackId } from './receive.ts'
import type { TelegramDriver } from './telegram-driver.ts'
import { telegramWords } from './telegram-words.ts'

interface Dependencies {
  accounts: ChannelAccounts
  inbox: Inbox
  driver: TelegramDriver
  clock: Clock
  queue: Queue
}

const pause = 3_000

/** Long polling for accounts without a public address. The host's lease makes one process at a time do it for each account. */
export class LongPoll {
  readonly #d: Dependencies

  constructor(dependencies: Dependencies) {
    this.#d = dependencies
  }

  async keys(): Promise<string[]> {
    const accounts = await this.#d.accounts.list({ channel: 'telegram' })
    return accounts.filter((account) => account.active && account.config.mode === 'polling').map((account) => account.id)
  }

  /**
   * Asks for updates until the signal aborts. The offset is not kept: Telegram forgets an update only when a later one is asked for, and the inbox
   * drops what it has, so a crash between the two costs nothing.
   */
  async run(accountId: string, signal: AbortSignal): Promise<void> {
    const { accounts, inbox, driver, clock, queue } = this.#d
    let offset = 0
    while (!signal.aborted) {
      const account = await accounts.get(accountId)
      if (account === undefined || !account.active) return
      const answer = await driver.getUpdates(account, offset, signal)
      if (answer.ok !== true) {
        await accounts.report(accountId, {
          state: answer.ok === false && answer.status !== 429 ? 'broken' : 'warning',
          text: telegramWords.said(answer.description),
        })
        await clock.sleep(answer.ok === false && answer.retryAfter !== undefined ? answer.retryAfter * 1000 : pause, signal)
        continue
      }
      for (const update of answer.result as { update_id: number }[]) {
        // What cannot be read would come again for ever, so it is kept; anything else (the database is away) must come again.
        await inbox.receive(accountId, update, { keep: true })
        const pressed = callbackId(update)
        if (pressed !== undefined) await queue.add('answer-callback', { accountId, callbackId: pressed })
        offset = update.update_id + 1
      }
    }
  }
}
