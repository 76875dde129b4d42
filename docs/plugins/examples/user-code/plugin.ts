import { definePlugin, isUserCodeError, ParleyError } from '@parley/plugin-api'
import { z } from 'zod'

/** Prices by a rule that an administrator writes, such as `module.exports = async (order, { rate }) => order.sum * (await rate('EUR'))`. */
export default definePlugin({
  id: 'price-rules',
  routes: (http) => [
    http.post(
      '/try',
      { body: z.object({ rule: z.string().max(20_000), sum: z.number() }), unaudited: 'a trial changes nothing' },
      async ({ body }, { runner, http: outside }) => {
        try {
          const { value, log } = await runner.run({
            name: 'price-rule.js',
            source: body.rule,
            call: '(rule, order, functions) => rule(order, functions)',
            input: { sum: body.sum },
            functions: {
              rate: async (currency) => {
                const answer = await outside(`https://rates.example.com/${encodeURIComponent(String(currency))}`)
                if (!answer.ok) throw new ParleyError('outbound_unknown', `There is no rate of ${String(currency)} now.`)
                return z.object({ rate: z.number() }).parse(await answer.json()).rate
              },
            },
            timeLimit: 2000,
          })
          // what comes out is from somebody else's code: it is checked as a request is
          return { price: z.number().parse(value), log: log.map(({ text }) => text) }
        } catch (error) {
          if (!isUserCodeError(error)) throw error
          const { reason, message, line, log } = error
          return { failed: { reason, message, line }, log: log.map(({ text }) => text) }
        }
      },
    ),
  ],
})
