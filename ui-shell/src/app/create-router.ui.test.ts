import { expect, test } from 'vitest'
import { createMemoryHistory } from 'vue-router'
import { createShellRouter } from './create-router.ts'

test('the first page waits for the plugins and is then looked up again, query and all', async () => {
  let ready: () => void = () => undefined
  const router = createShellRouter(new Promise<void>((resolve) => (ready = resolve)), createMemoryHistory())
  const going = router.push('/acme/things?folder=mine#top')
  router.addRoute({ path: '/acme/things', name: 'acme.things', component: { render: () => undefined } })
  ready()
  await going
  expect(router.currentRoute.value).toMatchObject({ name: 'acme.things', fullPath: '/acme/things?folder=mine#top' })
})

test('a page whose code does not load is still entered: its boundary says so', async () => {
  const router = createShellRouter(Promise.resolve(), createMemoryHistory())
  router.addRoute({ path: '/acme', component: { render: () => undefined }, meta: { load: () => Promise.reject(new Error('gone')) } })
  await router.push('/acme')
  expect(router.currentRoute.value.path).toBe('/acme')
})
