import { z } from 'zod'

/** Unknown keys are kept everywhere: a document of a newer version loses nothing by passing through this one. */
const id = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[\w.:-]+$/, 'Use letters, digits, "_", "-", "." and ":" only.')

export const nodeDocument = z
  .looseObject({
    id: id.meta({ description: 'Unique in the whole document; other systems may call an entry point by it.' }),
    type: z
      .string()
      .min(1)
      .max(200)
      .meta({ description: 'A kind of node, such as "MessageKeyboard"; accepted with and without the prefix "action_".' }),
    title: z
      .string()
      .max(200)
      .optional()
      .meta({ description: 'Name on the canvas; also the constant an answer is saved under when the node says no other.' }),
    alias: z.string().min(1).max(200).optional().meta({ description: 'Of entry points: the name jumps, deep links and calls from outside use.' }),
    parameters: z.record(z.string(), z.unknown()).optional(),
    position: z.looseObject({ x: z.number(), y: z.number() }).optional(),
  })
  .meta({ id: 'Node', title: 'Node' })
export type NodeDocument = z.infer<typeof nodeDocument>

export const edgeDocument = z
  .looseObject({
    from: id.meta({ description: 'Id of the node that is left.' }),
    output: z.string().min(1).max(1024).optional().meta({ description: 'The output it is left by; without it the first.' }),
    to: id.meta({ description: 'Id of the next node, in the same section.' }),
  })
  .meta({ id: 'Edge', title: 'Edge' })
export type EdgeDocument = z.infer<typeof edgeDocument>

const macroVariable = z.looseObject({
  name: z.string().min(1).max(100),
  title: z.string().optional(),
  type: z.string().optional(),
  required: z.boolean().optional(),
})

const sectionShape = {
  id,
  title: z.string().max(200),
  usedAsMacro: z.boolean().optional().meta({ description: 'Kept; not yet in effect.' }),
  macroVariables: z.array(macroVariable).optional().meta({ description: 'Kept; not yet in effect.' }),
  useAsProcess: z.boolean().optional().meta({ description: 'Kept; not yet in effect.' }),
}

export const sectionDocument = z
  .looseObject({ ...sectionShape, nodes: z.array(nodeDocument).max(2000), edges: z.array(edgeDocument).max(10_000) })
  .meta({ id: 'Section', title: 'Section' })
export type SectionDocument = z.infer<typeof sectionDocument>

const translations = z.record(z.string().regex(/^[a-z]{2,3}(-[A-Za-z]{2,4})?$/, 'Name a language, such as "uk".'), z.record(z.string(), z.string()))

const documentShape = {
  format: z.literal('parley.scenario@1').meta({ description: 'What this file is.' }),
  title: z.string().min(1).max(200),
  description: z.string().max(10_000).optional(),
  main: id.optional().meta({ description: 'Id of the section a new conversation begins in; without it the first.' }),
  constants: z
    .record(z.string(), z.unknown())
    .optional()
    .meta({ description: 'Values every run begins with, read as {{key}} or {{constants.key}}.' }),
  translations: translations.optional().meta({
    description:
      'Language -> constant -> text: takes the place of the constant when the constant "language" (at first the language of the bot) names it.',
  }),
}

/** A bot's whole automation, as it is imported and exported. */
export const scenarioDocument = z
  .looseObject({ $schema: z.string().optional(), ...documentShape, sections: z.array(sectionDocument).min(1).max(500) })
  .meta({ id: 'Scenario', title: 'Parley scenario' })
export type ScenarioDocument = z.infer<typeof scenarioDocument>

/** The same without a look inside lists: what lets a validator go on past the first broken node. */
export const documentFrame = z.looseObject({ ...documentShape, sections: z.array(z.unknown()).min(1).max(500) })
export const sectionFrame = z.looseObject({ ...sectionShape, nodes: z.array(z.unknown()).max(2000), edges: z.array(z.unknown()).max(10_000) })

/** Every name an entry point answers to: its alias, and the unique id other products call `connectorAlias`. */
export const aliasesOf = (node: NodeDocument): string[] => {
  const connector = node.parameters?.['connectorAlias']
  const aliases = [node.alias, typeof connector === 'string' && connector !== '' ? connector : undefined]
  return [...new Set(aliases.filter((alias) => alias !== undefined))]
}

export const isEntry = (node: NodeDocument): boolean => node.type === 'start' || node.type === 'entry-point'
