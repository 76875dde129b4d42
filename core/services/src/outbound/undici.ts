import { onUse } from '../on-use.ts'

export const undici = onUse<typeof import('undici')>('undici')
