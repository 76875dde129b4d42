import type { SettingsPage } from '@parley/plugin-api'
import { z } from 'zod'
import { configurePanel } from '../api/index.ts'
import { distributionMethods } from './choose-operator.ts'

const schema = z.object({
  autoConnect: z.boolean().default(true).meta({ title: 'Auto-connect free operator to new dialog' }),
  method: z.enum(distributionMethods).default('default').meta({ title: 'Automatic distribution method' }),
  defaultMaxDialogs: z.number().int().min(0).max(1000).default(5).meta({ title: 'Maximum number of dialogs, where the operator has no own limit' }),
})
export type DistributionSettings = z.infer<typeof schema>

export const distributionSettings: SettingsPage<DistributionSettings> = {
  id: 'operator-panel.distribution',
  title: 'Distribution',
  schema,
  scope: 'instance',
  permission: configurePanel,
}
