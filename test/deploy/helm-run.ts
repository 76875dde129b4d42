import { spawnSync } from 'node:child_process'
import { beforeAll, expect, test } from 'vitest'
import { parseAllDocuments, stringify } from 'yaml'
import { repository } from './files.ts'

/** Helm itself: what it makes of the chart, and in what words it refuses. `npm run test:helm`, where `helm` is installed; helm.test.ts reads the files without it. */
const helm = (command: string, values: object = {}, ...more: string[]) => {
  const args = command === 'lint' ? ['lint', '--strict', '.'] : [command, 'parley', '.', '--namespace', 'prod']
  const { status, stdout, stderr } = spawnSync('helm', [...args, '--values', '-', ...more], {
    cwd: `${repository}/deploy/helm/parley`,
    input: stringify(values),
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}
beforeAll(() => {
  if (spawnSync('helm', ['version']).status !== 0)
    throw new Error('There is no Helm. Put `helm` into PATH; deploy/README.md says where it comes from.')
})
interface Rendered {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> }
  readonly spec: Record<string, any>
}
const render = (values: object = {}): readonly Rendered[] => {
  const { status, stdout, stderr } = helm('template', values)
  expect([status, stderr]).toEqual([0, ''])
  return parseAllDocuments(stdout)
    .map((document) => document.toJS() as Rendered | null)
    .filter((one) => one !== null)
}

const oneForAll = { roles: ['web', 'realtime', 'worker', 'connector', 'scheduler'], service: true, replicas: 1, resources: {} }
const none = { web: null, realtime: null, worker: null, background: null }
const all = {
  imagePullSecrets: [{ name: 'registry' }],
  settings: { PARLEY__host__drainTimeout: '30' },
  files: { existingClaim: 'mine' },
  keda: { enabled: true },
  podMonitor: { enabled: true },
  runner: { settings: { PARLEY__runner__memory: '128' } },
}
const small = { runner: { enabled: false }, ingress: { enabled: false }, networkPolicy: { enabled: false }, deployments: { ...none, all: oneForAll } }

test.each([
  ['as it is', {}],
  ['all switches turned', all],
  ['as little as possible', small],
])('Helm finds nothing wrong and renders each object once: %s', (_name, values) => {
  expect(helm('lint', values)).toMatchObject({ status: 0 })
  const names = render(values).map(({ kind, metadata }) => `${kind} ${metadata.name}`)
  expect(names.length).toBeGreaterThan(2)
  expect(new Set(names).size).toBe(names.length)
})

test('workers are scaled by the lag of the queues where there is KEDA, and by processor time everywhere', () => {
  const scaled = (values: object): readonly string[] =>
    render(values).flatMap(({ kind, spec }) => (/Autoscaler|ScaledObject/.test(kind) ? [`${kind} ${spec['scaleTargetRef'].name}`] : []))
  const byCpu = ['realtime', 'runner', 'web'].map((name) => `HorizontalPodAutoscaler parley-${name}`)
  expect(scaled({}).toSorted()).toEqual([...byCpu, 'HorizontalPodAutoscaler parley-worker'].toSorted())
  expect(scaled(all).toSorted()).toEqual([...byCpu, 'ScaledObject parley-worker'])
  // what KEDA asks of an autoscaler that is still there when its own object comes
  const worker = render().find(({ kind, metadata }) => kind === 'HorizontalPodAutoscaler' && metadata.name === 'parley-worker')!
  expect(worker.metadata.annotations).toEqual({ 'validations.keda.sh/hpa-ownership': 'false' })
  const { triggers, advanced } = render(all).find(({ kind }) => kind === 'ScaledObject')!.spec
  expect(triggers).toMatchObject([
    { type: 'cpu' },
    { type: 'prometheus', metricType: 'Value', metadata: { query: 'max(parley_jobs_lag_seconds{namespace="prod"})', threshold: '5' } },
  ])
  const { behavior } = render(all).find(({ kind, metadata }) => kind === 'HorizontalPodAutoscaler' && metadata.name === 'parley-web')!.spec
  expect(advanced.horizontalPodAutoscalerConfig.behavior).toEqual(behavior)
  expect(behavior.scaleUp.stabilizationWindowSeconds).toBe(30)
})

test('the ingress leads to the deployments that have the roles, whatever their names are', () => {
  const backends = (values: object): readonly string[] =>
    render(values).flatMap(({ kind, spec }) =>
      kind === 'Ingress' ? spec['rules'][0].http.paths.map(({ backend }: { backend: { service: { name: string } } }) => backend.service.name) : [],
    )
  expect(backends({})).toEqual(['parley-realtime', 'parley-web'])
  expect(backends({ deployments: { ...none, all: oneForAll } })).toEqual(['parley-all', 'parley-all'])
})

test.each([
  [{ publicURL: 'https://a.example' }, 'Additional property publicURL is not allowed'],
  [{ deployments: { worker: { roles: ['runner'] } } }, 'must be one of the following: "web", "worker", "realtime", "connector", "scheduler"'],
  [{ deployments: { worker: { autoscaling: { jobsWaiting: 200 } } } }, 'Additional property jobsWaiting is not allowed'],
  [{ deployments: { my_web: oneForAll } }, 'Property name of "my_web" does not match'],
  // its pods would be taken for those of the runners
  [{ deployments: { runner: { ...oneForAll, service: false } } }, 'deployments.runner: the chart has pods of that name. Choose another.'],
  [{ deployments: { worker: { autoscaling: { max: 1 } } } }, 'deployments.worker.replicas (2) are the fewest pods that autoscaling leaves'],
  [{ deployments: { web: { service: false } } }, 'ingress.enabled needs exactly one deployment with the role web and service: true; there are 0.'],
])('what a cluster would refuse, or nobody would notice, is refused in words: %j', (values, words) => {
  expect(helm('template', values)).toMatchObject({ status: 1, stderr: expect.stringContaining(words) as string })
})
