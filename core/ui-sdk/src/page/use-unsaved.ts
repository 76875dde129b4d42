import { onScopeDispose } from 'vue'
import { useRuntime } from '../runtime.ts'

/**
 * Asks before the page is left while `dirty` answers true. What is kept by `useDrafts` needs no question.
 *
 * @example useUnsaved(() => JSON.stringify(form) !== JSON.stringify(saved))
 */
export const useUnsaved = (dirty: () => boolean): void => onScopeDispose(useRuntime().unsaved.add(dirty))
