import type { Points } from '@parley/plugin-api'
import { channels } from '@parley/plugin-conversations/api'
import { z } from 'zod'
import { aliasFormat, type ScenarioAction, type ScenarioNode } from '../../api/index.ts'
import { runtimeStep } from '../run/runtime-step.ts'
import { formatValue } from '../templates/format-value.ts'

const gotoParameters = z.object({ alias: z.string().min(1).max(200).meta({ title: 'Alias', format: aliasFormat }) })

export const gotoAliasAction: ScenarioAction<z.output<typeof gotoParameters>> = {
  id: 'goto_alias',
  title: 'Go to alias',
  group: 'core',
  description: 'Jumps to the entry point with this alias, in the newest published version.',
  parameters: gotoParameters,
  outcomes: ['error'],
  run: async (context, { alias }) => ({ goto: context.fill(alias) }),
}

const clearParameters = z.object({
  module_name: z.string().min(1).meta({ title: 'Prefixes', description: 'Separated by commas; every constant that begins so is cleared.' }),
})

export const clearConstantAction: ScenarioAction<z.output<typeof clearParameters>> = {
  id: 'clear_constant',
  title: 'Clear constants',
  group: 'core',
  description: 'Forgets constants by the beginning of their names.',
  parameters: clearParameters,
  outcomes: ['default'],
  run: async (context, { module_name }) => {
    const prefixes = context
      .fill(module_name)
      .split(',')
      .map((prefix) => prefix.trim())
      .filter(Boolean)
    for (const key of Object.keys(context.constants)) if (prefixes.some((prefix) => key.startsWith(prefix))) context.set(key, undefined)
    return { output: 'default' }
  },
}

const otherwise = 'default'

export const createGetChannelAction = ({ points }: { points: Points }): ScenarioAction => ({
  id: 'get_channel',
  title: 'Channel',
  group: 'core',
  description: 'Branches by the channel of the conversation.',
  parameters: z.object({}),
  get outcomes() {
    return [...points.get(channels).keys(), otherwise]
  },
  run: async (context) => {
    const { channel } = context.conversation
    return { output: runtimeStep(context).connected(channel) ? channel : otherwise }
  },
})

const commandParameters = z.object({ commands: z.array(z.string().min(1).max(200)).max(100).default([]).meta({ title: 'Commands' }) })

/** Branches by the parameter of the deep link the client came with. */
export const getCommandNode: ScenarioNode<z.output<typeof commandParameters>> = {
  type: 'get_command',
  version: 1,
  title: 'Start command',
  category: 'flow',
  parameters: commandParameters,
  outputs: ({ commands }) => [...new Set([...commands, otherwise])],
  run: async (context, { commands }) => {
    const command = formatValue(runtimeStep(context).lookup('start_param'))
    return { output: commands.includes(command) ? command : otherwise }
  },
}

const parseParameters = z.object({
  source: z
    .string()
    .min(1)
    .default('start_param')
    .meta({ title: 'Constant', description: 'Where the parameters are: "a=1&b=2", as it is or in base64url.' }),
})

const decoded = (text: string): string => {
  if (text.includes('=') && !/^[\w-]+={1,2}$/.test(text)) return text
  const plain = Buffer.from(text, 'base64url').toString('utf8')
  return /^[^\p{Cc}\uFFFD]+$/u.test(plain) && plain.includes('=') ? plain : text
}

export const parseParamsAction: ScenarioAction<z.output<typeof parseParameters>> = {
  id: 'parse_params',
  title: 'Read start parameters',
  group: 'core',
  description: 'Puts each parameter of a deep link into the state.',
  parameters: parseParameters,
  outcomes: ['success', 'error'],
  run: async (context, { source }) => {
    const text = decoded(formatValue(runtimeStep(context).lookup(source)))
    if (!text.includes('=')) return { output: 'error' }
    for (const [key, value] of new URLSearchParams(text)) if (key !== '') context.set(key, value)
    return { output: 'success' }
  },
}
