interface Edge {
  readonly from: string
  readonly output?: string
  readonly to: string
}
interface Section {
  readonly id: string
  readonly nodes: readonly { readonly id: string; readonly parameters?: Readonly<Record<string, unknown>> }[]
  readonly edges: readonly Edge[]
}
interface Document {
  readonly sections: readonly Section[]
}

const sectionId = 'order-check'
const at = (x: number, y: number) => ({ position: { x, y } })
const say = (id: string, title: string, text: string, place: object) => ({ id, type: 'message', title, parameters: { text }, ...place })
const call = (id: string, title: string, templateId: string, values: object, place: object) => ({
  ...{ id, type: 'action', title, parameters: { templateId, values } },
  ...place,
})

/** A client asks where the order is: the number is checked by one custom action, the day counted by another. */
const orders = {
  id: sectionId,
  title: 'Де замовлення',
  nodes: [
    { id: 'order-start', type: 'start', ...at(0, 0) },
    { id: 'order-entry', type: 'entry-point', alias: 'order-check', parameters: { entryTriggerType: 'entry' }, ...at(0, 140) },
    {
      id: 'order-ask',
      type: 'wait-for-input',
      title: 'Номер',
      parameters: { text: 'Напишіть номер замовлення, сім цифр. Наприклад: 104-271-7.', save_to: 'order_input', timeout: 3600 },
      ...at(260, 60),
    },
    call('order-status', 'Де воно', 'action_order_status', { number: '{{order_input}}' }, at(520, 60)),
    call('order-day', 'Коли приїде', 'action_delivery_day', { days: 2 }, at(780, 0)),
    say('order-found', 'Знайдено', '📦 Замовлення {{order_number}}: {{order_status}}. Чекайте на нього {{delivery_day}}.', at(1040, 0)),
    say('order-none', 'Немає', 'Замовлення з таким номером у нас немає.', at(780, 120)),
    say('order-wrong', 'Помилка в номері', 'Здається, у номері помилка. Перевірте його, будь ласка.', at(780, 240)),
    { id: 'order-to-menu', type: 'exit-point', title: 'До меню', parameters: { alias: 'menu' }, ...at(1300, 60) },
  ],
  edges: [
    { from: 'order-start', output: 'default', to: 'order-ask' },
    { from: 'order-entry', output: 'default', to: 'order-ask' },
    { from: 'order-ask', output: 'success', to: 'order-status' },
    { from: 'order-status', output: 'found', to: 'order-day' },
    { from: 'order-status', output: 'not_found', to: 'order-none' },
    { from: 'order-status', output: 'wrong_number', to: 'order-wrong' },
    { from: 'order-status', output: 'error', to: 'order-none' },
    { from: 'order-day', output: 'success', to: 'order-found' },
    { from: 'order-day', output: 'error', to: 'order-found' },
    { from: 'order-found', output: 'default', to: 'order-to-menu' },
    { from: 'order-none', output: 'default', to: 'order-to-menu' },
    { from: 'order-wrong', output: 'default', to: 'order-to-menu' },
  ],
}

const exit = { id: 'to-order', type: 'exit-point', title: 'Де замовлення', parameters: { alias: 'order-check' }, ...at(760, 360) }
const button = { id: 'order', text: '📦 Де моє замовлення?', value: 'order' }

const withRow = (parameters: Readonly<Record<string, unknown>> = {}) => {
  const { buttons } = parameters
  return { ...parameters, buttons: [...(Array.isArray(buttons) ? (buttons as unknown[]) : []), [button]] }
}

const withButton = (section: Section): Section => ({
  ...section,
  nodes: [...section.nodes.map((node) => (node.id === 'menu' ? { ...node, parameters: withRow(node.parameters) } : node)), exit],
  edges: [...section.edges, { from: 'menu', output: 'order', to: exit.id }],
})

/** The shop's scenario with the question where an order is; `undefined` when it has it, or is no longer the shop's. */
export const withOrders = (given: unknown): unknown => {
  const document = given as Document
  const menu = document.sections.find(({ nodes }) => nodes.some(({ id }) => id === 'menu'))
  if (menu === undefined || document.sections.some(({ id }) => id === sectionId)) return undefined
  return { ...document, sections: [...document.sections.map((section) => (section === menu ? withButton(section) : section)), orders] }
}
