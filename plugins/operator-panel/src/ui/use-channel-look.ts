import type { Tone } from '@parley/ui-kit'
import { useText } from '@parley/ui-sdk'
import { useChannels } from './channels.store.ts'

export interface ChannelLook {
  readonly name: string
  readonly icon: string
  readonly tone: Tone
}

const looks: Readonly<Record<string, Omit<ChannelLook, 'name'>>> = {
  widget: { icon: 'message-circle', tone: 'positive' },
  telegram: { icon: 'send', tone: 'info' },
  custom_channel: { icon: 'plug', tone: 'warning' },
}

/**
 * How a channel shows: those that come with Parley under the panel's own short names, others as their plugins declare, and one whose plugin is away
 * under its kind.
 */
export function useChannelLook(): (kind: string) => ChannelLook {
  const { t, has, locale } = useText()
  const channels = useChannels()
  return (kind) => {
    const look = looks[kind]
    if (look && has(`channels.${kind}`)) return { ...look, name: t(`channels.${kind}`) }
    void channels.need()
    const { title = kind, icon = 'message-square' } = channels.declared.get(kind) ?? {}
    return { name: typeof title === 'string' ? title : (title[locale.value] ?? title['en'] ?? kind), icon, tone: 'neutral' }
  }
}
