import { z } from 'zod'
import type { ScenarioAction } from '../../api/index.ts'
import type { ClientFields } from '../client-fields.ts'
import { runtimeStep } from '../run/runtime-step.ts'

const getParameters = z.object({
  fields: z.array(z.string().min(1)).optional().meta({ title: 'Fields', description: 'Without it all the client has.' }),
})

export const createGetClientAction = ({ clientFields }: { clientFields: ClientFields }): ScenarioAction<z.output<typeof getParameters>> => ({
  id: 'registered_users__get',
  title: 'Read the client',
  group: 'clients',
  description: 'Puts the fields of the client into the state: {{first_name}}, {{phone}} and all others.',
  parameters: getParameters,
  outcomes: ['success', 'error'],
  run: async (context, { fields }) => {
    const known = await clientFields.get(context.conversation.clientId, context.batch)
    for (const [key, value] of Object.entries(known)) if (fields === undefined || fields.includes(key)) context.set(key, value)
    return { output: 'success' }
  },
})

const setParameters = z.object({
  json_obj: z
    .record(z.string().min(1).max(200), z.unknown())
    .optional()
    .meta({ title: 'Fields', description: 'Field -> value. Without it every constant that begins with "registration:" is saved.' }),
})

const registration = 'registration:'

export const createSetClientAction = ({ clientFields }: { clientFields: ClientFields }): ScenarioAction<z.output<typeof setParameters>> => ({
  id: 'registered_users__set',
  title: 'Save the client',
  group: 'clients',
  description: 'Saves fields of the client: first_name, last_name, patronymic, email, phone and any other.',
  parameters: setParameters,
  outcomes: ['success', 'error'],
  run: async (context, { json_obj }) => {
    const given =
      json_obj === undefined
        ? Object.fromEntries(
            Object.entries(context.constants)
              .filter(([key]) => key.startsWith(registration))
              .map(([key, value]) => [key.slice(registration.length), value]),
          )
        : (runtimeStep(context).values(json_obj) as Record<string, unknown>)
    if (Object.keys(given).length > 0) clientFields.set(context.conversation.clientId, given, context.batch)
    return { output: 'success' }
  },
})
