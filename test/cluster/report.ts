import { cpus } from 'node:os'
import { drainDelay, reconnectWindow } from './plan.ts'
import type { ClusterResult } from './run.ts'

const figuresOf = (result: ClusterResult): readonly (readonly [string, string])[] => {
  const taken = result.events.flatMap(({ takeover }) => (takeover === undefined || takeover.claims === 0 ? [] : [takeover.seconds]))
  return [
    ['processes', String(result.plan.processes.length)],
    ['seconds of load', result.seconds.toFixed(0)],
    ['killed, drained, upgraded', `${result.plan.kills.length}, ${result.plan.drains.length}, ${result.plan.processes.length}`],
    ['messages acknowledged', String(result.messages)],
    ['a second', result.rate.toFixed(0)],
    ['requests, duplicates included', String(result.requests)],
    ['acknowledgement p50 / p99 ms', `${result.latency.p50} / ${result.latency.p99}`],
    ['requests that failed while processes were killed', String(result.failedInKills)],
    ['requests that failed while processes were drained and upgraded', String(result.failedInOrder)],
    ['claims of a killed process in other hands after, at most', taken.length === 0 ? 'it had none' : `${Math.max(...taken).toFixed(1)} s`],
    [
      'sockets, connections they made, times they were asked to leave',
      `${result.sockets.watchers}, ${result.sockets.connections}, ${result.sockets.askedToLeave}`,
    ],
    ['replies, of them unknown', `${result.replies}, ${result.unknown.length}`],
    ['quiet after the load', `${result.quietAfter.toFixed(1)} s`],
    ['violations', String(result.violations.length)],
  ]
}

/** A Markdown table, which reads well in a terminal too. */
export const tableOf = (result: ClusterResult): string => {
  const rows = [['', result.plan.name], ...figuresOf(result)] as const
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]!.length)))
  const line = (row: readonly string[]): string => `| ${row.map((cell, index) => cell.padEnd(widths[index]!)).join(' | ')} |`
  return [line(rows[0]!), line(widths.map((width) => '-'.repeat(width))), ...rows.slice(1).map(line)].join('\n')
}

export const documentOf = (result: ClusterResult, date: Date): string => `# A cluster under load

${result.plan.processes.length} processes (${result.plan.name}) on one machine with a real PostgreSQL (\`fsync\` on) and a real Redis, behind a load balancer that honours \`/health/ready\`
and never sends a request twice. Repeat it with \`npm run test:cluster\`; \`npm run test:cluster -- --write\` writes this page and
[cluster.json](cluster.json).

- Load: that of [faults.md](faults.md), ${result.plan.rate} new messages a second at most over ${result.plan.conversations} conversations, each sent three times. Leases are as by default
  (lanes 15 s, outboxes 45 s, connectors 15 s), processes wait ${drainDelay} s between "not ready" and the end of accepting, and send their sockets away over
  ${reconnectWindow} s.
- ${result.plan.kills.length} are killed in turn (SIGKILL), then ${result.plan.drains.length} are stopped in order (SIGTERM), then the next release comes: it is refused on the old database, its
  migrations are applied while the release before runs, one process of that release starts anew on the new database, and the processes change in turn.
- ${result.plan.watchers} screens follow conversations over the shell's own client, and read again what they are told to have missed.
- Checked afterwards: what test/faults checks (every acknowledged message stored once and in order, each reply made and delivered once); no request failed
  once killing was over; every process ended with 0; every screen shows every stored message.

${date.toISOString().slice(0, 10)}, Node ${process.versions.node}, ${cpus().length} cores (${cpus()[0]?.model.trim() ?? 'unknown'}):

${tableOf(result)}

| second | what | ready again after | claims, in other hands after |
|---|---|---|---|
${result.events.map(({ at, what, back, takeover }) => `| ${at.toFixed(0)} | ${what} | ${back.toFixed(1)} s | ${takeover === undefined ? '' : `${takeover.claims}, ${takeover.seconds.toFixed(1)} s`} |`).join('\n')}
${result.violations.length === 0 ? '' : `\nViolations:\n\n${result.violations.map((line) => `- ${line}`).join('\n')}\n`}`
