import type { Delivery } from './outbox.ts'

export interface UploadOptions {
  readonly origin: string
  readonly bot: string | number
  readonly token: string
  readonly signal: AbortSignal
}

/** What a refused upload is worth: a passing disturbance is tried again, everything else is the visitor's to see. */
const codeOf = (status: number): string => (status === 429 ? 'rate_limited' : status >= 500 ? 'unreachable' : 'forbidden')

/** Sends one file; rejects when the signal ends it. A simple request for the browser, so that sites need no preflight. */
export const upload = async (blob: Blob, name: string, { origin, bot, token, signal }: UploadOptions): Promise<Delivery<{ fileId: string }>> => {
  const form = new FormData()
  form.set('file', blob, name)
  const query = new URLSearchParams({ bot_id: String(bot), token })
  try {
    const response = await fetch(`${origin}/hooks/channel-widget/files?${query}`, { method: 'POST', body: form, signal })
    if (!response.ok) return { ok: false, problem: { code: codeOf(response.status) } }
    return { ok: true, data: (await response.json()) as { fileId: string } }
  } catch (error) {
    if (signal.aborted) throw error
    return { ok: false, problem: { code: 'unreachable' } }
  }
}
