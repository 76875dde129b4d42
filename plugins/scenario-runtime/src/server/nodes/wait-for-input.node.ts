import { z } from 'zod'
import type { ScenarioNode, StepResult } from '../../api/index.ts'
import { runtimeStep, type RuntimeStep } from '../run/runtime-step.ts'
import { answerRule, checkAnswer, patternProblem, waitTimeout } from './answer.ts'
import { textFormat } from './message.node.ts'

const parameters = z.object({
  text: z.string().max(32_768).default('').meta({ title: 'Question', format: 'multiline' }),
  format: textFormat,
  save_to: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .meta({ title: 'Save to', description: 'Without it the title of the node. "registration:phone" is saved to the client later.' }),
  validation: answerRule.meta({ title: 'Check' }),
  retry_text: z.string().max(32_768).optional().meta({ title: 'If it does not fit', description: '{{attempt}} counts the wrong answers.' }),
  attempts: z.coerce
    .number()
    .int()
    .min(1)
    .max(100)
    .default(2)
    .meta({ title: 'Wrong answers', description: 'After so many the node is left by "invalid".' }),
  timeout: waitTimeout,
  skip_if_answered: z.boolean().default(false).meta({ title: 'Skip when already answered' }),
})
export type WaitForInputParameters = z.output<typeof parameters>

const wait = ({ timeout }: WaitForInputParameters): StepResult => ({
  wait: { for: 'input', ...(timeout === undefined ? {} : { timeout: timeout * 1000 }) },
})

const say = (step: RuntimeStep, text: string, { format }: WaitForInputParameters): void => {
  if (text !== '') step.reply({ kind: 'text', text: step.text(text, format), format })
}

/** Asks, waits, checks, asks again, keeps the answer. */
export const waitForInputNode: ScenarioNode<WaitForInputParameters> = {
  type: 'wait-for-input',
  version: 1,
  title: 'Wait for input',
  quick: true,
  category: 'messaging',
  parameters,
  outputs: ({ validation, timeout }) => [
    'success',
    ...(validation.type === 'none' ? [] : ['invalid']),
    ...(timeout === undefined ? [] : ['timeout']),
  ],
  run: (context, given) => {
    const step = runtimeStep(context)
    const known = step.lookup(given.save_to ?? step.nodeName)
    if (given.skip_if_answered && known !== undefined && known !== '') return { output: 'success' }
    say(step, given.text, given)
    return wait(given)
  },
  wake: (context, given, woken) => {
    const step = runtimeStep(context)
    if (woken.by === 'timeout') return { output: 'timeout' }
    if (woken.by === 'resume') return { output: woken.outcome }
    const checked = checkAnswer(given.validation, woken.content)
    if (checked !== undefined) {
      step.set(given.save_to ?? step.nodeName, checked.value)
      return { output: 'success' }
    }
    const attempt = Number(step.memory['attempt'] ?? 0) + 1
    if (given.validation.type !== 'none' && attempt >= given.attempts) return { output: 'invalid' }
    step.memory['attempt'] = attempt
    step.set('attempt', attempt)
    say(step, given.retry_text ?? given.text, given)
    return wait(given)
  },
  check: ({ validation }) => {
    if (validation.type !== 'regexp') return []
    const problem = validation.pattern === undefined ? 'Checking by a pattern needs one.' : patternProblem(validation.pattern)
    return problem === undefined ? [] : [{ level: 'error', path: '/validation/pattern', message: problem }]
  },
}
