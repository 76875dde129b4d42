/** Who speaks: the client, the bot, or an operator. */
export type Line = readonly [by: 'client' | 'bot' | 'operator', text: string]

export interface DemoPerson {
  readonly firstName: string
  readonly lastName: string
  readonly phone?: string
  readonly language: 'uk' | 'en'
}

export const demoPeople: readonly DemoPerson[] = [
  { firstName: 'Олена', lastName: 'Мороз', phone: '+380000000001', language: 'uk' },
  { firstName: 'Богдан', lastName: 'Кравець', phone: '+380000000002', language: 'uk' },
  { firstName: 'Kateryna', lastName: 'Hill', phone: '+12025550143', language: 'en' },
  { firstName: 'Юлія', lastName: 'Савчук', phone: '+380000000003', language: 'uk' },
  { firstName: 'Martin', lastName: 'Reed', language: 'en' },
  { firstName: 'Назар', lastName: 'Ткач', phone: '+380000000004', language: 'uk' },
  { firstName: 'Софія', lastName: 'Литвин', language: 'uk' },
  { firstName: 'Anna', lastName: 'Novak', phone: '+12025550144', language: 'en' },
  { firstName: 'Дмитро', lastName: 'Гончар', phone: '+380000000005', language: 'uk' },
  { firstName: 'Peter', lastName: 'Lane', phone: '+12025550145', language: 'en' },
  { firstName: 'Вікторія', lastName: 'Бойко', phone: '+380000000006', language: 'uk' },
  { firstName: 'Максим', lastName: 'Рудень', language: 'uk' },
]

export const demoDialogs: Readonly<Record<'uk' | 'en', readonly (readonly Line[])[]>> = {
  uk: [
    [
      ['client', '/start'],
      ['bot', 'Вітаємо в Demo shop! Чим допомогти?'],
      ['client', 'Де моє замовлення 10482?'],
      ['bot', 'Зʼєдную з оператором.'],
      ['operator', 'Добрий день! Замовлення вже у відділенні, можна забирати сьогодні.'],
      ['client', 'Чудово, дякую 🙌'],
      ['operator', 'Гарного дня!'],
    ],
    [
      ['client', 'Вітаю, чи є зелений чай улун у наявності?'],
      ['bot', 'Так, улун є: 100 г і 250 г. Показати ціни?'],
      ['client', 'Так'],
      ['bot', '100 г — 180 грн, 250 г — 410 грн. Доставка безкоштовна від 800 грн.'],
    ],
    [
      ['client', 'Прийшла пошкоджена упаковка, що робити?'],
      ['bot', 'Шкода це чути. Передаю оператору, він відповість за хвилину.'],
      ['operator', 'Перепрошуємо! Надішліть, будь ласка, фото, і ми замінимо товар.'],
      ['client', 'Фото зробив, коробка зімʼята з боку'],
      ['operator', 'Дякую, бачу. Нову посилку відправимо завтра зранку, стару повертати не треба.'],
      ['client', 'Супер, дуже дякую за швидкість!'],
    ],
    [
      ['client', 'Як повернути гроші за замовлення?'],
      ['bot', 'Повернення можливе протягом 14 днів. Вкажіть номер замовлення.'],
      ['client', '10377'],
      ['operator', 'Прийняла, кошти надійдуть на картку за 1–3 дні.'],
    ],
  ],
  en: [
    [
      ['client', '/start'],
      ['bot', 'Welcome to Demo shop! How can we help?'],
      ['client', 'Do you ship to Poland?'],
      ['bot', 'Yes, in 3 to 5 days. Shall I connect you with an operator?'],
      ['client', 'Yes please'],
      ['operator', 'Hello! Shipping to Poland is 9 EUR, free above 70 EUR.'],
      ['client', 'Great, that works'],
    ],
    [
      ['client', 'Can I change the address of order 10455?'],
      ['bot', 'I am handing you over to a colleague.'],
      ['operator', 'Sure, what is the new address?'],
      ['client', '12 Garden Street, apartment 4'],
      ['operator', 'Done, the courier will come tomorrow between 10 and 14.'],
      ['client', 'You are the best'],
    ],
    [
      ['client', 'Which tea would you give somebody who only drinks coffee?'],
      ['bot', 'Try a dark roasted hojicha: no bitterness, a bit of caramel.'],
      ['client', 'Sounds lovely, I will take 100 g'],
    ],
  ],
}
