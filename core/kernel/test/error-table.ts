import { errorCodes } from '@parley/plugin-api'

const meanings: Record<keyof typeof errorCodes, string> = {
  invalid_input: 'A field has a wrong value; `issues` lists them. Correct them and send again.',
  malformed_body: 'The body is not what its content type says, such as broken JSON or broken UTF-8.',
  unauthenticated: 'Nobody is signed in, or the credentials are not valid any more. Sign in again.',
  bad_signature: 'The signature or secret of a webhook is wrong. Compare the secret on both sides.',
  not_licensed: 'The licence does not include this part of the product.',
  forbidden: 'The actor lacks the permission that the message names.',
  not_found: 'The object or the address does not exist, or the actor may not know that it does.',
  method_not_allowed: 'The address exists and does not answer this method; `Allow` lists those it does.',
  conflict: 'Another object stands in the way, such as one with the same name.',
  idempotency_conflict: 'The `Idempotency-Key` was used with another request. Use a new key for a new request.',
  stale_write: 'Somebody changed the object in between. Load it again and repeat the change.',
  too_large: 'The body or a file is larger than the route accepts.',
  unsupported_media_type: 'The content type is not one the route accepts.',
  unprocessable: 'The request is well formed and cannot be done in the present state; the message says why.',
  locked_out: 'Too many failed attempts to sign in. Wait for the time the message names.',
  rate_limited: 'Too many requests. Wait for the seconds in `Retry-After`.',
  user_code_failed: 'Code that a user wrote failed; `reason`, `line` and `column` say how and where. Correct the code.',
  plugin_unavailable: 'The plugin that answers here does not run; the message says why. See `/system/plugins`.',
  not_ready: 'The process is starting or stopping. Try again in a moment.',
  migrations_pending: 'The database is older than the code. Run `parley migrate`.',
  database_unavailable: 'The database does not answer. Nothing was written.',
  outbound_refused: 'A call to another system did not get there or was refused by it. Safe to repeat.',
  outbound_blocked: 'The address is not a public one and is not allowed by `host.outbound.allow`. Nothing was sent.',
  outbound_unknown: 'A call to another system may have arrived, and no answer came. Repeat it only if that does no harm.',
  runner_unavailable: 'No process of the role `runner` could take the code (`no_runner`), or none had time (`busy`). It has not run.',
  run_lost: 'The process that ran the code died. What the code asked for before that has happened; look before you repeat it.',
  invalid_config: 'The deployment configuration is wrong; the message lists everything that is.',
  plugin_graph: 'Plugins do not fit together; the message lists how.',
  write_not_audited: 'A bug: a route wrote without an audit entry.',
  internal: 'A bug. The log has it under the request id.',
}

const who = { user: 'the caller', operational: 'the operator of the installation', programming: 'the developers' }

/** `docs/errors.md`, made from the table of codes. */
export function errorTable(): string {
  const rows = Object.entries(errorCodes).map(
    ([code, { family, status }]) => `| \`${code}\` | ${status} | ${who[family]} | ${meanings[code as keyof typeof errorCodes]} |`,
  )
  return `# Errors

Every error of the HTTP interface is \`application/problem+json\` with a \`code\` of this table, a sentence for people in \`detail\`, and the \`requestId\`
under which the log has more. Programs match \`code\`, never the sentence. Codes of a plugin look like \`<plugin-id>/<code>\`.

This page is made from \`errorCodes\` of \`@parley/plugin-api\`: change it there, then run \`npx vitest run core/kernel/test/error-table.test.ts -u\`.

| Code | Status | Who has to act | What happened |
|---|---|---|---|
${rows.join('\n')}
`
}
