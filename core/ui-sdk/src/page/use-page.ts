import { onScopeDispose } from 'vue'
import { useRuntime } from '../runtime.ts'
import type { PageInfo } from './page-stack.ts'

/**
 * Title and primary action of the page, for the top bar and the browser's tab; without it the title is the route's.
 *
 * @example usePage(() => ({ title: t('bots'), action: { label: t('newBot'), icon: 'plus', run: create } }))
 */
export const usePage = (page: () => PageInfo): void => onScopeDispose(useRuntime().pages.add(page))
