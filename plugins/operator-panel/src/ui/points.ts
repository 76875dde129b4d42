import { uiPoint, type ComponentLoader } from '@parley/ui-sdk'

/** A panel of another plugin in the client card. Its component gets `requestId`. */
export const sidePanels = uiPoint<{ readonly title: string; readonly component: ComponentLoader }>('operator-panel.side-panels@1')
