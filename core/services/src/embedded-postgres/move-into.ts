import { renameSync } from 'node:fs'

/** Moves a finished folder to its place; when another start was faster, what it has put there is as good. */
export const moveInto = (finished: string, target: string): void => {
  try {
    renameSync(finished, target)
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
}
