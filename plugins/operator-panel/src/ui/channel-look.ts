import type { Tone } from '@parley/ui-kit'

export interface ChannelLook {
  readonly icon: string
  readonly tone: Tone
}

const looks: Readonly<Record<string, ChannelLook>> = {
  widget: { icon: 'message-circle', tone: 'positive' },
  telegram: { icon: 'send', tone: 'info' },
  custom_channel: { icon: 'plug', tone: 'warning' },
}

/** How a channel shows in lists; a channel this version does not know is neutral, with its own name. */
export const channelLook = (channel: string): ChannelLook => looks[channel] ?? { icon: 'message-square', tone: 'neutral' }
