import type { MessageContent } from '@parley/plugin-conversations/api'
import { uiPoint, type ComponentLoader } from '@parley/ui-sdk'
import type { Request } from '../api/index.ts'

/** A panel of another plugin in the client card. Its component gets `requestId`. */
export const sidePanels = uiPoint<{ readonly title: string; readonly component: ComponentLoader }>('operator-panel.side-panels@1')

/** What the component of a composer action gets. */
export interface ComposerActionProps {
  readonly request: Request
  /** What is written so far. */
  readonly text: string
  /** Writes into the field, in place of what is there. */
  readonly setText: (text: string) => void
  /** Sends to the client, as the operator. */
  readonly send: (content: MessageContent) => void
}

/** A button of another plugin under the field in which operators answer. `channels` names the kinds of channel it is for; without it, it is for all. */
export const composerActions = uiPoint<{ readonly channels?: readonly string[]; readonly component: ComponentLoader }>(
  'operator-panel.composer-actions@1',
)
