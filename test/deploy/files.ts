import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { readDeploymentConfig } from '../../host/src/host-config.ts'

export const repository = fileURLToPath(new URL('../..', import.meta.url))
export const read = (path: string): string => readFileSync(`${repository}/deploy/${path}`, 'utf8')

/** `NAME=value` lines, as compose and systemd read them. */
export const variablesOf = (text: string): Record<string, string> =>
  Object.fromEntries([...text.matchAll(/^([A-Z]\w*)=(.*)$/gm)].map(([, name, value]) => [name!, value!]))

const key = Buffer.alloc(32).toString('base64')

/** What the host itself says of the variables; those that are nobody's are problems too. */
export const problemsOf = async (variables: Readonly<Record<string, string>>): Promise<readonly string[]> => {
  const known =
    /^(PARLEY__\w+|PORT|PARLEY_(HOME|DATA_DIR|PUBLIC_URL|SECRET_KEY|LOG_LEVEL|LICENCE|ADMIN_LOGIN|ADMIN_PASSWORD|RUNNER_URLS|RUNNER_TOKEN)|(DATABASE|DATABASE_DIRECT|REDIS)_URL|NODE_ENV)$/
  const strangers = Object.keys(variables).filter((name) => !known.test(name))
  const { loaded } = await readDeploymentConfig(repository, { NODE_ENV: 'production', ...variables, PARLEY_SECRET_KEY: key })
  return [...strangers.map((name) => `${name} is read by nobody`), ...loaded.problems]
}
