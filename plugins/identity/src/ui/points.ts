import { uiPoint, type ComponentLoader } from '@parley/ui-sdk'

/** A field in the form of a person that chooses bots. Its component gets `modelValue` (ids of bots, empty for no limit) and `disabled`, and emits `update:modelValue`. */
export const botLimits = uiPoint<{ readonly component: ComponentLoader }>('identity.bot-limits@1')
