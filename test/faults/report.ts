import { cpus } from 'node:os'
import type { RunResult } from './run.ts'

const columns: readonly (readonly [string, (result: RunResult) => string])[] = [
  ['run', ({ plan }) => plan.name],
  ['seconds', ({ plan }) => String(plan.seconds)],
  ['kills', ({ faults }) => String(faults.filter((line) => line.includes('SIGKILL')).length)],
  ['flushes', ({ faults }) => String(faults.filter((line) => line.includes('FLUSHALL')).length)],
  ['restarts of PostgreSQL', ({ faults }) => String(faults.filter((line) => line.includes('PostgreSQL')).length)],
  ['messages', ({ messages }) => String(messages)],
  ['a second', ({ rate }) => rate.toFixed(0)],
  ['requests', ({ requests }) => String(requests)],
  ['unanswered', ({ unanswered }) => String(unanswered)],
  ['ack p50 / p99 ms', ({ latency }) => `${latency.p50} / ${latency.p99}`],
  ['quiet after s', ({ quietAfter }) => quietAfter.toFixed(1)],
  ['dropped by key', ({ repeated }) => String(repeated)],
  ['unknown', ({ unknown }) => String(unknown.length)],
  ['violations', ({ violations }) => String(violations.length)],
]

/** A Markdown table, which reads well in a terminal too. */
export const tableOf = (results: readonly RunResult[]): string => {
  const rows = [columns.map(([title]) => title), ...results.map((result) => columns.map(([, read]) => read(result)))]
  const widths = columns.map((_, index) => Math.max(...rows.map((row) => row[index]!.length)))
  const line = (row: readonly string[]): string => `| ${row.map((cell, index) => cell.padEnd(widths[index]!)).join(' | ')} |`
  return [line(rows[0]!), line(widths.map((width) => '-'.repeat(width))), ...rows.slice(1).map(line)].join('\n')
}

export const documentOf = (results: readonly RunResult[], date: Date): string => `# Faults

What happens to messages when processes are killed, Redis forgets everything and PostgreSQL restarts. Repeat it with \`npm run test:faults -- --full\`;
the figures below are written by \`npm run test:faults -- --full --write\`, with everything measured in [faults.json](faults.json).

- Load: a custom channel (three quarters) and a channel of a third party that is not idempotent (the rest), 200 new messages a second at most over
  ${results[0]?.plan.conversations ?? 0} conversations. Message n+1 of a conversation is sent after n was acknowledged once. Two further copies of each message
  arrive at once or up to four seconds later, at any process. What is not acknowledged is sent again under the same \`update_id\`.
- Processes run with all roles and the production settings under a supervisor; leases are shorter than by default (lanes 3 s, outboxes 5 s), so that a
  run with ten kills ends within minutes. PostgreSQL runs with \`fsync\` on.
- The other side is a process of its own. It answers 200 after up to 25 ms, and now and then 500, 429, or not at all.
- Checked afterwards: every acknowledged message is stored once, numbers follow the order of acknowledgement; every reply was made once and delivered in
  order, under one key; over the channel that is not idempotent no reply was sent twice, and those whose outcome nobody knows are named \`unknown\`.

"a second" includes the time in which a single process was dead. "dropped by key" counts requests that the other side recognised by their key.

${date.toISOString().slice(0, 10)}, Node ${process.versions.node}, ${cpus().length} cores (${cpus()[0]?.model.trim() ?? 'unknown'}):

${tableOf(results)}

${results.map(detailOf).join('\n\n')}
`

const detailOf = ({ plan, faults, unknown, violations }: RunResult): string =>
  [
    `## ${plan.name}`,
    '',
    `Seed ${plan.seed}. ${faults.join('; ')}.`,
    ...(unknown.length === 0 ? [] : ['', 'Unknown replies:', '', ...unknown.map((line) => `- ${line}`)]),
    ...(violations.length === 0 ? [] : ['', 'Violations:', '', ...violations.map((line) => `- ${line}`)]),
  ].join('\n')
