import type { OutboundOptions, OutboundResponse } from '@parley/plugin-api'
import { z } from 'zod'
import type { ScenarioAction, StepContext, StepResult } from '../../api/index.ts'
import { runtimeStep, type RuntimeStep } from '../run/runtime-step.ts'
import { formatValue } from '../templates/format-value.ts'
import { mapResponse } from './response-mapping.ts'

const parameters = z.object({
  url: z.string().min(1).max(4096).meta({ title: 'Address', description: 'Values of placeholders are encoded, except one at the very beginning.' }),
  method: z
    .string()
    .toLowerCase()
    .pipe(z.enum(['get', 'post', 'put', 'patch', 'delete']))
    .default('get')
    .meta({ title: 'Method' }),
  format: z.string().max(50).default('form-data').meta({ title: 'Format', description: '"JSON", else form data.' }),
  data: z.record(z.string(), z.unknown()).default({}).meta({ title: 'Data', description: 'With GET they become part of the address.' }),
  headers: z.record(z.string(), z.string()).default({}).meta({ title: 'Headers' }),
  response_mapping: z
    .record(z.string(), z.unknown())
    .default({})
    .meta({ title: 'Answer', description: 'Field of the answer -> constant; or "list_obj" -> { text, value, … } for each row of a list.' }),
  save_mapped_list_obj: z.string().max(200).optional().meta({ title: 'Save the list to' }),
  save_responce: z.string().max(200).optional().meta({ title: 'Save the whole answer to' }),
  save_response: z.string().max(200).optional(),
  timeout: z.coerce.number().min(1).max(60).default(10).meta({ title: 'Time limit', description: 'Seconds.' }),
  repeatable: z
    .boolean()
    .default(false)
    .meta({ title: 'May be repeated', description: 'After a crash the call is made again with the same Idempotency-Key. GET always is.' }),
})
export type SendRequestParameters = z.output<typeof parameters>

const withQuery = (url: string, data: Readonly<Record<string, unknown>>): string => {
  const query = new URLSearchParams(Object.entries(data).map(([key, value]) => [key, formatValue(value)])).toString()
  return query === '' ? url : `${url}${url.includes('?') ? '&' : '?'}${query}`
}

const bodyOf = (given: SendRequestParameters, data: Readonly<Record<string, unknown>>): Pick<OutboundOptions, 'body' | 'headers'> => {
  if (given.method === 'get') return {}
  if (given.format.toLowerCase() === 'json') return { body: JSON.stringify(data), headers: { 'content-type': 'application/json' } }
  const form = new FormData()
  for (const [key, value] of Object.entries(data)) form.append(key, formatValue(value))
  return { body: form }
}

const answerOf = async (response: OutboundResponse): Promise<unknown> => {
  const text = await response.text()
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}

const keep = (step: RuntimeStep, given: SendRequestParameters, answer: unknown): void => {
  const { constants, list } = mapResponse(answer, given.response_mapping)
  for (const [key, value] of Object.entries(constants)) step.set(key, value)
  if (list !== undefined) step.set(given.save_mapped_list_obj ?? 'list_obj', list)
  const whole = given.save_responce ?? given.save_response
  if (whole !== undefined && whole !== '') step.set(whole, answer)
}

const request = async (context: StepContext, given: SendRequestParameters, extra: Readonly<Record<string, unknown>>): Promise<StepResult> => {
  const step = runtimeStep(context)
  const data = { ...(step.values(given.data) as Record<string, unknown>), ...extra }
  const { body, headers } = bodyOf(given, data)
  const url = step.text(given.url, 'url')
  const response = await step.call(given.method === 'get' ? withQuery(url, data) : url, {
    method: given.method.toUpperCase(),
    headers: { ...headers, ...step.fill(given.headers) },
    timeout: given.timeout * 1000,
    repeatable: given.repeatable || given.method === 'get',
    ...(body === undefined ? {} : { body }),
  })
  step.set('response_status', response.status)
  keep(step, given, await answerOf(response))
  if (response.ok) return { output: 'success' }
  step.set('error_reason', `status_${response.status}`)
  return { output: 'error' }
}

export const sendRequestAction: ScenarioAction<SendRequestParameters> = {
  id: 'send_request',
  title: 'Send request',
  group: 'core',
  description:
    'Calls another system over HTTP and keeps what it answers. Leaves by "error" when the answer is not a success; {{error_reason}} says why.',
  parameters,
  outcomes: ['success', 'error'],
  run: (context, given) => request(context, given, {}),
}

/** The same with the client's address: how another system learns whom to call back by `call_node`. */
export const sendMeAction: ScenarioAction<SendRequestParameters> = {
  id: 'send_me',
  title: 'Send request with the chat',
  group: 'core',
  description: 'As "Send request", with chat_id and channel of the client among the data.',
  parameters,
  outcomes: ['success', 'error'],
  run: (context, given) => request(context, given, { chat_id: context.conversation.chatId, channel: context.conversation.channel }),
}
