import { definePlugin, extensionPoint, optional, token } from '@parley/plugin-api'
import { asClass } from 'awilix'
import { z } from 'zod'

export interface Greetings {
  greet(name: string): Promise<string>
}
export const greetings = token<Greetings>('greeter.greetings@1')
/** A language's word for hello. */
export const words = extensionPoint<{ readonly word: string; decorate?(text: string): string }>('greeter.words@1')

export interface Applause {
  clap(): number
}
export const applause = token<Applause>('audience.applause@1')

export class PoliteGreetings implements Greetings {
  readonly #punctuation: string
  readonly #applause: Applause | undefined

  constructor({ config, applause: audience }: { config: { punctuation: string }; applause?: Applause }) {
    this.#punctuation = config.punctuation
    this.#applause = audience
  }

  // Uses private state on purpose: a proxy that does not bind breaks here.
  async greet(name: string): Promise<string> {
    this.#applause?.clap()
    return `Hello, ${name}${this.#punctuation}`
  }
}

export const greeter = definePlugin({
  id: 'greeter',
  config: z.object({
    punctuation: z.string().max(1).default('!').meta({ visibility: 'ui' }),
    password: z.string().optional().meta({ visibility: 'secret' }),
  }),
  consumes: { applause: optional(applause) },
  services: { greetings: asClass(PoliteGreetings).singleton() },
  provides: { greetings },
  owns: [words],
})
