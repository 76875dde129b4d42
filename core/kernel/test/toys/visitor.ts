import { definePlugin } from '@parley/plugin-api'
import { asClass } from 'awilix'
import { greetings, words, type Greetings } from './greeter.ts'

export class Visit {
  readonly #greetings: Greetings

  constructor({ greetings: service }: { greetings: Greetings }) {
    this.#greetings = service
  }

  enter(name: string): Promise<string> {
    return this.#greetings.greet(name)
  }
}

export const visitor = definePlugin({
  id: 'visitor',
  consumes: { greetings },
  services: { visit: asClass(Visit).singleton() },
  contributes: (add) => [add(words, 'uk', () => ({ word: 'Вітаю' }))],
  routes: (http) => [http.get('/', { auth: 'public' }, async (_, { visit }) => visit.enter('you'))],
})
