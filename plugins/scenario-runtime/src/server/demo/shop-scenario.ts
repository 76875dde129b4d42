import type { EdgeDocument, NodeDocument, ScenarioDocument } from '../document/scenario-document.ts'

const at = (x: number, y: number) => ({ position: { x, y } })

const node = (id: string, type: string, place: ReturnType<typeof at>, rest: Partial<NodeDocument> = {}): NodeDocument => ({
  id,
  type,
  ...rest,
  ...place,
})

const message = (id: string, title: string, text: string, place: ReturnType<typeof at>): NodeDocument =>
  node(id, 'message', place, { title, parameters: { text } })

/** `a.output -> b` */
const edges = (...lines: readonly string[]): EdgeDocument[] =>
  lines.map((line) => {
    const [, from = '', output = '', to = ''] = /^([\w-]+)\.([^ ]+) -> ([\w-]+)$/.exec(line) ?? []
    return { from, output, to }
  })

const faqRule = (topic: string) => ({ branch_id: topic, conditions: [{ field: 'faq_topic', operator: 'equals', value: topic }] })

const main = {
  id: 'main',
  title: 'Головна',
  nodes: [
    node('start', 'start', at(0, 0), { parameters: { triggers: [{ type: 'channels' }] } }),
    message('welcome', 'Вітання', '{{hello}}{% if user_name %}, {{user_name}}{% endif %}!\n{{about}}', at(240, 0)),
    node('menu-entry', 'entry-point', at(240, 160), { alias: 'menu', title: 'Меню', parameters: { entryTriggerType: 'entry' } }),
    node('menu', 'MessageKeyboard', at(480, 80), {
      title: 'Меню',
      parameters: {
        text: '{{menu_question}}',
        placement: 'inline',
        buttons: [
          [
            { id: 'faq', text: '❓ Питання та відповіді', value: 'faq' },
            { id: 'callback', text: '📞 Замовити дзвінок', value: 'callback' },
          ],
          [{ id: 'operator', text: '👩‍💼 Оператор / Operator', value: 'operator' }],
        ],
      },
    }),
    message('menu-hint', 'Підказка', 'Будь ласка, оберіть одну з кнопок. Please choose one of the buttons.', at(480, 300)),
    node('to-faq', 'exit-point', at(760, 0), { title: 'До питань', parameters: { section: 'faq' } }),
    node('to-operator', 'exit-point', at(760, 240), { title: 'До оператора', parameters: { alias: 'operator' } }),
    node('ask-callback-phone', 'wait-for-input', at(760, 120), {
      title: 'Телефон для дзвінка',
      parameters: {
        text: 'Залиште номер телефону, і ми передзвонимо {{hours}}.',
        save_to: 'registration:phone',
        validation: { type: 'phone' },
        retry_text: 'Це не схоже на номер телефону. Спробуйте так: +380 50 111 22 33.',
        attempts: 3,
        timeout: 3600,
      },
    }),
    node('save-callback', 'action', at(1040, 80), { title: 'Зберегти номер', parameters: { templateId: 'registered_users__set', values: {} } }),
    node('mark-callback', 'action_set', at(1280, 80), { title: 'Запит дзвінка', parameters: { json_obj: { callback_requested: true } } }),
    message('callback-thanks', 'Подяка', 'Дякуємо! Передзвонимо на {{registration:phone}} {{hours}}.', at(1520, 80)),
    message('callback-later', 'Без номера', 'Гаразд, іншим разом. Ми завжди тут.', at(1040, 240)),
    node('note', 'note', at(0, 160), { title: 'Для команди', parameters: { text: 'Тексти — у константах: у них є переклад англійською.' } }),
  ],
  edges: edges(
    'start.default -> welcome',
    'welcome.default -> menu',
    'menu-entry.default -> menu',
    'menu.faq -> to-faq',
    'menu.callback -> ask-callback-phone',
    'menu.operator -> to-operator',
    'menu.else -> menu-hint',
    'menu-hint.default -> menu',
    'ask-callback-phone.success -> save-callback',
    'ask-callback-phone.invalid -> callback-later',
    'ask-callback-phone.timeout -> callback-later',
    'save-callback.success -> mark-callback',
    'save-callback.error -> callback-later',
    'mark-callback.default -> callback-thanks',
    'callback-thanks.default -> menu',
    'callback-later.default -> menu',
  ),
}

const faq = {
  id: 'faq',
  title: 'Питання та відповіді',
  nodes: [
    node('faq-start', 'start', at(0, 0)),
    node('faq-topic', 'MessageKeyboard', at(240, 0), {
      title: 'Тема',
      parameters: {
        text: 'Що вас цікавить?',
        save_to: 'faq_topic',
        buttons: [
          { id: 'delivery', text: '🚚 Доставка', value: 'delivery' },
          { id: 'payment', text: '💳 Оплата', value: 'payment' },
          { id: 'returns', text: '↩️ Повернення', value: 'returns' },
        ],
      },
    }),
    node('faq-seen', 'action_set', at(520, 0), {
      title: 'Запамʼятати тему',
      parameters: { json_obj: { last_topic: '{{faq_topic}}', faq_seen: true } },
    }),
    node('faq-route', 'action_router', at(760, 0), {
      title: 'Яка відповідь',
      parameters: { mode: 'first_match', rules: [faqRule('delivery'), faqRule('payment')], default_branch: 'returns' },
    }),
    message('faq-delivery', 'Доставка', 'Доставляємо Новою поштою за 1–2 дні. Від 800 грн — безкоштовно.', at(1040, -140)),
    message('faq-payment', 'Оплата', 'Карткою на сайті, Apple Pay, Google Pay або під час отримання.', at(1040, 0)),
    message('faq-returns', 'Повернення', 'Нерозпакований чай приймаємо назад упродовж 14 днів.', at(1040, 140)),
    node('faq-helped', 'MessageKeyboard', at(1320, 0), {
      title: 'Чи допомогло',
      parameters: {
        text: 'Чи допомогла відповідь?',
        buttons: [
          [
            { id: 'yes', text: 'Так 👍', value: 'yes' },
            { id: 'no', text: 'Ні, поклич людину', value: 'no' },
          ],
        ],
        timeout: 86_400,
      },
    }),
    message('faq-glad', 'Раді', 'Чудово! Гарного чаювання.', at(1600, -60)),
    node('faq-to-menu', 'exit-point', at(1840, -60), { title: 'До меню', parameters: { alias: 'menu' } }),
    node('faq-to-operator', 'exit-point', at(1600, 100), { title: 'До оператора', parameters: { alias: 'operator' } }),
    node('faq-end', 'exit-point', at(1600, 220), { title: 'Кінець' }),
  ],
  edges: edges(
    'faq-start.default -> faq-topic',
    'faq-topic.delivery -> faq-seen',
    'faq-topic.payment -> faq-seen',
    'faq-topic.returns -> faq-seen',
    'faq-topic.else -> faq-to-operator',
    'faq-seen.default -> faq-route',
    'faq-route.delivery -> faq-delivery',
    'faq-route.payment -> faq-payment',
    'faq-route.returns -> faq-returns',
    'faq-delivery.default -> faq-helped',
    'faq-payment.default -> faq-helped',
    'faq-returns.default -> faq-helped',
    'faq-helped.yes -> faq-glad',
    'faq-helped.no -> faq-to-operator',
    'faq-helped.else -> faq-to-operator',
    'faq-helped.timeout -> faq-end',
    'faq-glad.default -> faq-to-menu',
  ),
}

const operator = {
  id: 'operator',
  title: 'Оператор',
  nodes: [
    node('operator-start', 'start', at(0, 0)),
    node('operator-entry', 'entry-point', at(0, 140), { alias: 'operator', parameters: { entryTriggerType: 'entry' } }),
    node('operator-phone', 'wait-for-input', at(260, 60), {
      title: 'Телефон',
      parameters: {
        text: 'Щоб ми не загубилися, залиште номер телефону. Please leave your phone number.',
        save_to: 'registration:phone',
        validation: { type: 'phone' },
        retry_text: 'Не схоже на номер ({{attempt}}). Приклад: +380 50 111 22 33.',
        attempts: 2,
        skip_if_answered: true,
      },
    }),
    node('operator-save', 'action', at(520, 0), { title: 'Зберегти номер', parameters: { templateId: 'action_registered_users__set', values: {} } }),
    message('operator-wait', 'Зʼєднуємо', 'Дякуємо! Кличу оператора, це швидко. Connecting you…', at(780, 60)),
    node('connect', 'connect-to-operator', at(1040, 60), {
      title: 'Підключити оператора',
      parameters: {
        subject_alias: 'support',
        auto_connect_operator: true,
        status: 'queue',
        history_count: 10,
        chat_closed_alias: 'chat-closed',
        customTextToOperator: 'Телефон: {{ registration:phone | default: "немає" }}.{% if last_topic %} Тема: {{last_topic}}.{% endif %}',
      },
    }),
    message('operator-joined', 'Приєднався', '{{operator_name}} уже з вами.', at(1320, 0)),
    message('operator-queued', 'У черзі', 'Ви в черзі. Можна одразу написати, що трапилося: оператор усе прочитає.', at(1320, -120)),
    message('operator-busy', 'Усі зайняті', 'Зараз усі оператори зайняті. Спробуйте, будь ласка, трохи згодом.', at(1320, 140)),
    node('operator-to-menu', 'exit-point', at(1580, 140), { title: 'До меню', parameters: { alias: 'menu' } }),
  ],
  edges: edges(
    'operator-start.default -> operator-phone',
    'operator-entry.default -> operator-phone',
    'operator-phone.success -> operator-save',
    'operator-phone.invalid -> operator-wait',
    'operator-save.success -> operator-wait',
    'operator-save.error -> operator-wait',
    'operator-wait.default -> connect',
    'connect.success -> operator-queued',
    'connect.connected -> operator-joined',
    'connect.limit -> operator-busy',
    'connect.error -> operator-busy',
    'operator-busy.default -> operator-to-menu',
  ),
}

const afterwards = {
  id: 'afterwards',
  title: 'Після розмови',
  nodes: [
    node('closed-start', 'start', at(0, 0)),
    node('closed-entry', 'entry-point', at(0, 140), { alias: 'chat-closed', parameters: { entryTriggerType: 'entry' } }),
    message('closed-thanks', 'Подяка', 'Дякуємо за розмову! Якщо ще щось знадобиться, я тут. Thank you!', at(260, 60)),
    node('closed-to-menu', 'exit-point', at(520, 60), { title: 'До меню', parameters: { alias: 'menu' } }),
  ],
  edges: edges('closed-start.default -> closed-thanks', 'closed-entry.default -> closed-thanks', 'closed-thanks.default -> closed-to-menu'),
}

const orderStatus = {
  id: 'order-status',
  title: 'Статус замовлення (ззовні)',
  nodes: [
    node('status-start', 'start', at(0, 0)),
    node('status-entry', 'entry-point', at(0, 140), {
      alias: 'order-status',
      parameters: { entryTriggerType: 'webhook', jsonData: { order_status: 'в дорозі' } },
    }),
    message('status-message', 'Статус', '📦 Замовлення №{{order_id}}: {{order_status}}.', at(260, 60)),
  ],
  edges: edges('status-start.default -> status-message', 'status-entry.default -> status-message'),
}

/** A shop's bot: welcome, menu, answers, a call back, an operator and the way back, and a status that the shop's own system sends. */
export const shopScenario: ScenarioDocument = {
  format: 'parley.scenario@1',
  title: 'Чайна лавка',
  description: 'Приклад: вітання, меню, питання та відповіді, дзвінок, оператор. An example of a shop.',
  main: 'main',
  constants: {
    hello: 'Вітаємо в «Чайній лавці»',
    about: 'Допоможу обрати чай, розповім про доставку або покличу оператора.',
    menu_question: 'Чим можемо допомогти?',
    hours: 'щодня з 9:00 до 20:00',
    close_chat_button_text: 'Завершити розмову',
  },
  translations: {
    en: {
      hello: 'Welcome to the Tea Shop',
      about: 'I can help with delivery and payment, or call an operator.',
      menu_question: 'How can we help?',
      hours: 'every day from 9:00 to 20:00',
      close_chat_button_text: 'End the chat',
    },
  },
  sections: [main, faq, operator, afterwards, orderStatus],
}
