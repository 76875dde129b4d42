import type { builtInRoles } from '../../api/index.ts'

export interface BuiltInRole {
  readonly title: string
  readonly description: string
  /** Patterns over `module.verb`; `*` is any module or verb. Permissions of plugins that come later are covered as well. */
  readonly rule: readonly string[]
  readonly except?: readonly string[]
  /** Nobody may change it, so that nobody can shut everybody out. */
  readonly fixed?: true
}

/** The instance itself: keys that every scenario reads, switches of whole features. */
const rootOnly = ['instance.*', 'instance_settings.*']

/** What the roles of every installation may do as long as nobody adjusts them. */
export const builtIn: Readonly<Record<(typeof builtInRoles)[number], BuiltInRole>> = {
  root: { title: 'Root', description: 'Everything, the instance itself included', rule: ['*.*'], fixed: true },
  administrator: { title: 'Administrator', description: 'Everything except the instance itself', rule: ['*.*'], except: rootOnly, fixed: true },
  supervisor: {
    title: 'Supervisor',
    description: 'Leads operators: sees all dialogs, queues and figures, sets up the operator panel',
    rule: [
      'operator_panel.*',
      'dialogs.*',
      'clients.*',
      'quality.*',
      'statistics.*',
      'broadcasts.*',
      'users.view',
      'bots.view',
      'scenarios.view',
      'fastline.view',
      'licence.view',
    ],
  },
  operator: {
    title: 'Operator',
    description: 'Answers clients',
    rule: [
      'operator_panel.view',
      'operator_panel.edit',
      'operator_panel.notes',
      'dialogs.view',
      'dialogs.edit',
      'clients.view',
      'clients.edit',
      'fastline.view',
    ],
  },
  light_agent: {
    title: 'Light agent',
    description: 'Reads dialogs and leaves notes for operators',
    rule: ['operator_panel.view', 'operator_panel.notes', 'dialogs.view', 'clients.view', 'fastline.view'],
  },
  integrator: {
    title: 'Integrator',
    description: 'Builds bots, scenarios and integrations',
    rule: ['bots.*', 'scenarios.*', 'custom_data.*', 'action_jail.*', 'api_keys.edit', 'mcp.*', 'dialogs.view', 'clients.view', 'fastline.view'],
  },
  analyst: {
    title: 'Analyst',
    description: 'Sees everything about the work, changes nothing',
    rule: ['*.view', '*.view_all', 'statistics.*', 'operator_panel.queue_status', 'operator_panel.distribution_audit'],
    except: ['users.*', 'api_keys.*', 'security.*', 'audit.*', 'system.*', 'licence.*', ...rootOnly],
  },
}

export const builtInRole = (key: string): BuiltInRole | undefined => (Object.hasOwn(builtIn, key) ? builtIn[key as keyof typeof builtIn] : undefined)

export const ruleAllows = ({ rule, except = [] }: BuiltInRole, permissionId: string): boolean =>
  rule.some((pattern) => matches(pattern, permissionId)) && !except.some((pattern) => matches(pattern, permissionId))

function matches(pattern: string, permissionId: string): boolean {
  const [module, verb] = pattern.split('.')
  const [wantedModule, wantedVerb] = permissionId.split('.')
  return (module === '*' || module === wantedModule) && (verb === '*' || verb === wantedVerb)
}
