import { z } from 'zod'
import type { ParameterProblem, ScenarioNode } from '../../api/index.ts'
import { runtimeStep } from '../run/runtime-step.ts'
import { bracketProblem, condition, matches } from './router-conditions.ts'

const rule = z.object({
  branch_id: z.string().min(1).max(200).meta({ title: 'Output' }),
  conditions: z.array(condition).max(100),
  logic: z.enum(['AND', 'OR']).default('AND').meta({ description: 'Joins conditions that do not say so themselves.' }),
})

const parameters = z.object({
  mode: z
    .enum(['first_match', 'all_matches', 'all_match'])
    .default('first_match')
    .meta({ title: 'Mode', description: '"all_matches" runs every branch that matches, one after another.' }),
  rules: z.array(rule).max(100).default([]).meta({ title: 'Branches' }),
  default_branch: z.string().min(1).max(200).default('else').meta({ title: 'Else' }),
})
export type RouterParameters = z.output<typeof parameters>

/** Branches by conditions on constants and on the conversation. */
export const routerNode: ScenarioNode<RouterParameters> = {
  type: 'action_router',
  version: 1,
  title: 'Router',
  quick: true,
  category: 'flow',
  parameters,
  outputs: ({ rules, default_branch }) => [...new Set([...rules.map((item) => item.branch_id), default_branch])],
  run: async (context, { mode, rules, default_branch }) => {
    const step = runtimeStep(context)
    const resolve = (field: string): unknown => (field.includes('{{') ? step.values(field) : step.lookup(field))
    const holds = (item: RouterParameters['rules'][number]): boolean => matches(item.conditions, item.logic, resolve, (value) => step.values(value))
    if (mode === 'first_match') return { output: rules.find(holds)?.branch_id ?? default_branch }
    const branches = [...new Set(rules.filter(holds).map((item) => item.branch_id))]
    return branches.length === 0 ? { output: default_branch } : { outputs: branches }
  },
  check: ({ rules }) =>
    rules.flatMap(({ conditions }, index): ParameterProblem[] => {
      const problem = bracketProblem(conditions)
      const path = `/rules/${index}/conditions`
      if (problem !== undefined) return [{ level: 'error', path, message: problem }]
      return conditions.length === 0 ? [{ level: 'warning', path, message: 'A branch without conditions is never taken.' }] : []
    }),
}
