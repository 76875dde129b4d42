import { onScopeDispose, type ComputedRef } from 'vue'
import { useRuntime } from '../runtime.ts'
import type { Command } from './command-registry.ts'

/**
 * Commands of a component, in the palette and by key while it is on the screen. The function is reactive: titles and `enabled` follow.
 *
 * @example
 * useCommands(() => [
 *   { id: 'operator-panel.take', title: t('take'), scope: t('conversation'), icon: 'hand', keys: 't', enabled: mayTake.value, run: take },
 * ])
 */
export function useCommands(commands: () => readonly Command[]): {
  readonly all: ComputedRef<readonly Command[]>
  keysOf(command: Command): string | undefined
} {
  const registry = useRuntime().commands
  onScopeDispose(registry.add(commands))
  return { all: registry.all, keysOf: (command) => registry.keysOf(command) }
}
