import { inject, reactive, readonly, ref, type InjectionKey, type Plugin, type Ref } from 'vue'
import { englishTexts, type KitTexts } from './kit-texts.ts'
import { createConfirmations, type Confirmations } from './composables/confirmations.ts'
import { createIconSet, type IconSet } from './icons/icon-set.ts'
import { createToasts, type Toasts } from './composables/toasts.ts'

/** Everything the components share; made once for each application. */
export interface UiKit {
  readonly texts: KitTexts
  setTexts(texts: KitTexts, locale: string): void
  readonly locale: Readonly<Ref<string>>
  readonly now: Readonly<Ref<number>>
  readonly icons: IconSet
  readonly toasts: Toasts
  readonly confirmations: Confirmations
}

const kitKey: InjectionKey<UiKit> = Symbol.for('parley.ui-kit') as InjectionKey<UiKit>

/**
 * Gives the components their words, their clock, toasts and questions.
 *
 * @example createApp(App).use(createUiKit())
 */
export function createUiKit(options: { now?: () => number } = {}): UiKit & Plugin {
  const time = options.now ?? Date.now
  const texts = reactive({ ...englishTexts })
  const locale = ref('en')
  const now = ref(time())
  const kit: UiKit = {
    texts,
    setTexts: (next, language) => {
      Object.assign(texts, next)
      locale.value = language
    },
    locale: readonly(locale),
    now: readonly(now),
    icons: createIconSet(),
    toasts: createToasts(),
    confirmations: createConfirmations(),
  }
  return {
    ...kit,
    install(app) {
      app.provide(kitKey, kit)
      if (typeof window === 'undefined') return
      const timer = setInterval(() => (now.value = time()), 15_000)
      app.onUnmount(() => clearInterval(timer))
    },
  }
}

/** For the components of the kit. Without `createUiKit()` they still work, in English and with a clock that stands still. */
export const useKit = (): UiKit => inject(kitKey, createUiKit, true)
