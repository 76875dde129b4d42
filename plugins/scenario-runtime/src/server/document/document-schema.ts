import { z } from 'zod'
import type { ScenarioAction, ScenarioNode } from '../../api/index.ts'
import { scenarioDocument } from './scenario-document.ts'

type JsonSchema = Record<string, unknown>

export const schemaId = 'https://parley.dev/schemas/scenario-1.json'

const target = 'draft-2020-12'

const parametersOf = (kind: Pick<ScenarioNode, 'parameters'>): JsonSchema => {
  const { $schema: _dialect, ...schema } = kind.parameters['~standard'].jsonSchema.input({ target })
  return schema
}

/** A condition of the schema: nodes of this type have these parameters. Both spellings of a name are one. */
const typed = (type: string, title: string, parameters: JsonSchema): JsonSchema => {
  const plain = type.replace(/^action_/, '')
  return {
    if: { properties: { type: { enum: [plain, `action_${plain}`] } }, required: ['type'] },
    then: { properties: { parameters: { title, ...parameters } } },
  }
}

const actionChoice = (actions: readonly ScenarioAction[]): JsonSchema => ({
  if: { properties: { type: { const: 'action' } }, required: ['type'] },
  then: {
    properties: {
      parameters: {
        allOf: actions.map((action) => ({
          if: { properties: { templateId: { enum: [action.id, `action_${action.id}`] } }, required: ['templateId'] },
          then: { properties: { values: { title: action.title, description: action.description, ...parametersOf(action) } } },
        })),
      },
    },
  },
})

/** The JSON Schema of a scenario, with the parameters of every node and action that runs here. Editors complete and check with it. */
export const documentSchema = (nodes: Iterable<ScenarioNode>, actions: Iterable<ScenarioAction>): JsonSchema => {
  const schema = z.toJSONSchema(scenarioDocument, { target, io: 'input' }) as JsonSchema & { $defs: Record<string, JsonSchema> }
  const sorted = [...actions].sort((a, b) => (a.id < b.id ? -1 : 1))
  const kinds = [...nodes].sort((a, b) => (a.type < b.type ? -1 : 1))
  const node = schema.$defs['Node']
  if (node !== undefined)
    node['allOf'] = [...kinds.map((kind) => typed(kind.type, kind.title, parametersOf(kind))), ...(sorted.length === 0 ? [] : [actionChoice(sorted)])]
  return { ...schema, $id: schemaId }
}
