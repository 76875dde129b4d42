import type { UiKit } from '@parley/ui-kit'
import type { Texts, UiRuntime } from '@parley/ui-sdk/host'
import type { Router } from 'vue-router'

/** Asks before unsaved changes are left, inside the shell by our own dialog, outside by the browser's. */
export function guardPage({ router, runtime, kit, texts }: { router: Router; runtime: UiRuntime; kit: UiKit; texts: Texts }): void {
  router.beforeEach((to, from) => {
    if (!runtime.unsaved.any.value || to.path === from.path) return true
    return kit.confirmations.ask({
      title: texts.translate('shell.unsaved.title'),
      message: texts.translate('shell.unsaved.text'),
      confirmLabel: texts.translate('shell.unsaved.leave'),
      cancelLabel: texts.translate('shell.unsaved.stay'),
      danger: true,
    })
  })
  window.addEventListener('beforeunload', (event) => {
    if (runtime.unsaved.any.value) event.preventDefault()
  })
}
