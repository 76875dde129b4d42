import type { ActionDocument } from '../../api/index.ts'

const orderStatus: ActionDocument = {
  name: 'Статус замовлення',
  description: 'Перевіряє контрольну цифру номера замовлення і розповідає, де воно. Checks the number of an order and tells where the order is.',
  group: 'shop',
  code: `// The last digit of a number is its check digit: digits times 7, 3, 1, 7, … and the sum's last digit.
function isRight(digits) {
  const weights = [7, 3, 1]
  const sum = [...digits.slice(0, -1)].reduce((total, digit, index) => total + Number(digit) * weights[index % 3], 0)
  return sum % 10 === Number(digits.at(-1))
}

// A shop asks its own system here: const answer = await this.request(\`https://shop.example/orders/\${digits}\`)
const steps = ['прийнято', 'збираємо', 'передано в доставку', 'чекає у відділенні']

async function action_order_status() {
  const { number } = this.getCurrentNodeParamsJSON()
  const digits = number.replace(/\\D/g, '')
  if (digits.length !== 7 || !isRight(digits)) {
    console.warn('Not a number of an order:', number)
    return 'wrong_number'
  }
  if (digits.startsWith('0')) return 'not_found'
  this.setCurrentStateConstant('order_number', digits)
  this.setCurrentStateConstant('order_status', steps[Number(digits[3]) % steps.length])
  return 'found'
}

module.exports = action_order_status
`,
  config: {
    parameters: [
      {
        name: 'number',
        type: 'string',
        label: 'Номер замовлення',
        required: true,
        description: 'Сім цифр; пробіли та дефіси не заважають.',
        defaultValue: '{{user_input}}',
      },
    ],
    ui: { groups: [{ title: 'Замовлення', parameters: ['number'] }] },
    json_example: { number: '104-271-7' },
    events_schema: [
      { name: 'found', description: '{{order_number}} та {{order_status}} заповнено' },
      { name: 'not_found', description: 'Такого замовлення немає' },
      { name: 'wrong_number', description: 'Контрольна цифра не збігається' },
    ],
  },
  documentation: `# Статус замовлення

Перевіряє номер, перш ніж когось питати: помилку в одній цифрі видно відразу.

| Подія | Коли |
|---|---|
| \`found\` | номер правильний; \`{{order_status}}\` — де замовлення |
| \`not_found\` | номер правильний, замовлення немає (у прикладі: починається з 0) |
| \`wrong_number\` | не сім цифр або інша контрольна цифра |

Спробуйте **104-271-7**.
`,
}

const deliveryDay: ActionDocument = {
  name: 'День доставки',
  description: 'Рахує, коли приїде посилка, без вихідних. Counts working days.',
  group: 'shop',
  code: `async function action_delivery_day() {
  const { days, from } = this.getCurrentNodeParamsJSON()
  const day = from ? new Date(from) : new Date()
  for (let left = days; left > 0; ) {
    day.setUTCDate(day.getUTCDate() + 1)
    if (day.getUTCDay() % 6 !== 0) left -= 1
  }
  this.setCurrentStateConstant('delivery_day', day.toISOString().slice(0, 10).split('-').reverse().join('.'))
  return 'success'
}

module.exports = action_delivery_day
`,
  config: {
    parameters: [
      { name: 'days', type: 'integer', label: 'Робочих днів', required: true, defaultValue: 2 },
      { name: 'from', type: 'string', label: 'Від дати', description: 'РРРР-ММ-ДД; без неї — від сьогодні.' },
    ],
    json_example: { days: 2, from: '2026-11-20' },
    events_schema: ['success'],
  },
  documentation: 'Заповнює `{{delivery_day}}`. Субота й неділя не рахуються.\n',
}

/** Actions of the demo's shop, by id. */
export const demoActions: Readonly<Record<string, ActionDocument>> = { action_order_status: orderStatus, action_delivery_day: deliveryDay }
