import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { z } from 'zod'
import { allRoles } from '../../host/src/roles.ts'
import { problemsOf, read, repository } from './files.ts'

interface Values {
  readonly settings: Record<string, string>
  readonly terminationGracePeriodSeconds: number
  readonly deployments: Record<
    string,
    { readonly roles: string[]; readonly replicas: number; readonly service?: boolean; readonly autoscaling?: Readonly<Record<string, unknown>> }
  >
  readonly runner: { readonly replicas: number }
}

const values = parse(read('helm/parley/values.yaml')) as Values
const schema = z.fromJSONSchema(JSON.parse(read('helm/parley/values.schema.json')) as Parameters<typeof z.fromJSONSchema>[0])
const templates = readdirSync(`${repository}/deploy/helm/parley/templates`).filter((name) => name !== 'NOTES.txt')

test('the values fit their schema, and mistakes do not', () => {
  expect(schema.safeParse(values).error).toBeUndefined()
  const worker = values.deployments['worker']!
  const refused = [
    { ...values, publicURL: 'https://a.example' },
    { ...values, publicUrl: 'parley.example.com' },
    // code of users does not run beside credentials
    { ...values, deployments: { worker: { ...worker, roles: ['runner'] } } },
    { ...values, runner: { ...values.runner, settings: { DATABASE_URL: 'postgres://a' } } },
    { ...values, deployments: { worker: { ...worker, replicas: '2' } } },
    { ...values, deployments: { my_worker: worker } },
    { ...values, ingress: { host: '' } },
    // workers are scaled by how long jobs wait, not by how many
    { ...values, deployments: { worker: { ...worker, autoscaling: { ...worker.autoscaling, jobsWaiting: 200 } } } },
    { ...values, deployments: { worker: { ...worker, autoscaling: { ...worker.autoscaling, lagSeconds: 0 } } } },
    { ...values, terminationGracePeriodSeconds: 20 },
  ]
  expect(refused.map((one) => schema.safeParse(one).success)).toEqual(refused.map(() => false))
})

test('by default there are two of each role, and web and realtime have a service', async () => {
  const deployments = Object.entries(values.deployments)
  expect([...deployments.flatMap(([, { roles }]) => roles), 'runner'].toSorted()).toEqual([...allRoles].toSorted())
  expect(values.runner.replicas).toBe(2)
  expect(deployments.map(([, { replicas }]) => replicas)).toEqual(deployments.map(() => 2))
  expect(deployments.flatMap(([name, { service }]) => (service ? [name] : []))).toEqual(['web', 'realtime'])
  expect(await problemsOf(values.settings)).toEqual([])
})

test.each(templates)('%s: directives are balanced, and what is around them is YAML', (name) => {
  const text = read(`helm/parley/templates/${name}`)
  const words = [...text.matchAll(/\{\{-?\s*(range|if|with|define|end)\b/g)].map(([, word]) => word)
  expect(words.filter((word) => word === 'end').length).toBe(words.filter((word) => word !== 'end').length)
  if (name.endsWith('.tpl')) return
  const plain = text.replaceAll(/^\s*\{\{-? ?(?:range|if|else|with|end|include|fail)\b.*\}\}\n/gm, '').replaceAll(/\{\{.*?\}\}/g, 'value')
  const documents = parseAllDocuments(plain)
  expect(documents.flatMap(({ errors }) => errors.filter(({ code }) => code !== 'DUPLICATE_KEY'))).toEqual([])
  for (const document of documents)
    expect(document.toJS()).toMatchObject({ apiVersion: expect.any(String), kind: expect.any(String), metadata: { name: expect.any(String) } })
})

test('runners get one key, one Secret, and a network without a way out', () => {
  const runner = read('helm/parley/templates/runner.yaml')
  expect(runner).not.toMatch(/parley\.container|parley\.pod|envFrom|\.Values\.existingSecret|volume/)
  expect([...runner.matchAll(/key: (\w+)/g)].map(([, key]) => key)).toEqual(['PARLEY_RUNNER_TOKEN', 'app', 'PARLEY_RUNNER_TOKEN'])
  expect(runner).toMatch(/policyTypes: \[Ingress, Egress\]\n  egress: \[\]\n/)
  // what holds for the others lets the ingress controller in, and sends the token of the system pages
  for (const other of ['network-policy', 'pod-monitor'])
    expect(read(`helm/parley/templates/${other}.yaml`)).toContain('operator: NotIn, values: [runner]')
})

test('what people sent outlives the release and the next installation', () => {
  const claim = read('helm/parley/templates/files.yaml')
  // a hook without a policy has "before-hook-creation"
  expect(claim).toMatch(/helm\.sh\/hook-delete-policy: hook-failed$/m)
  expect(claim).toMatch(/helm\.sh\/resource-policy: keep$/m)
  expect(claim).toMatch(/^\{\{- if and .*\(not \(lookup "v1" "PersistentVolumeClaim" \.Release\.Namespace \(include "parley\.claim" \.\)\)\) \}\}/)
})

test('values that templates use are in the values', () => {
  const used = new Set(
    templates.flatMap((name) => [...read(`helm/parley/templates/${name}`).matchAll(/\.Values\.([\w.]+)/g)].map(([, path]) => path!)),
  )
  const unknown = [...used].filter(
    (path) => path.split('.').reduce<unknown>((found, key) => (found as Record<string, unknown> | undefined)?.[key], values) === undefined,
  )
  expect(unknown).toEqual([])
})
