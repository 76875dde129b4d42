import { computed, shallowReactive, type ComputedRef } from 'vue'

/** The one thing that people mostly do on a page. */
export interface PageAction {
  readonly label: string
  readonly icon?: string
  readonly keys?: string
  readonly disabled?: boolean
  run(): void | Promise<void>
}

/** What a page tells the frame around it. */
export interface PageInfo {
  readonly title?: string
  /** The one primary action of the page, in the top bar. */
  readonly action?: PageAction
  /** Shown on the browser's tab before the title, such as unread messages. */
  readonly count?: number
  /** The page draws its own header; on a phone the top bar then leaves. */
  readonly ownHeader?: boolean
}

export interface PageStack {
  readonly current: ComputedRef<PageInfo>
  add(page: () => PageInfo): () => void
}

/** @internal The innermost page wins, property by property. */
export function createPageStack(): PageStack {
  const pages = shallowReactive<(() => PageInfo)[]>([])
  return {
    current: computed(() => Object.assign({}, ...pages.map((page) => page())) as PageInfo),
    add(page) {
      pages.push(page)
      return () => {
        const index = pages.indexOf(page)
        if (index >= 0) pages.splice(index, 1)
      }
    },
  }
}
