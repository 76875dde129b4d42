import { isApiError, useApi } from '@parley/ui-sdk'
import { computed, reactive, ref, shallowRef, type ComputedRef, type Ref, type ShallowRef } from 'vue'
import type { ConfigurationResult } from './configuration-difference.ts'
import { ArchiveError, readArchive, type ArchivedFile } from './zip-archive.ts'

export interface ConfigurationImport {
  /** The archive that was chosen. */
  readonly name: Ref<string | undefined>
  readonly options: { prune: boolean; overwrite: boolean }
  /** Values for the secrets that are missing, by their names. */
  readonly secrets: Record<string, string>
  /** What an import would do. */
  readonly preview: ShallowRef<ConfigurationResult | undefined>
  /** What it did. */
  readonly result: ShallowRef<ConfigurationResult | undefined>
  readonly error: ShallowRef<unknown>
  /** The import was sent and nobody answered: it may be done. */
  readonly uncertain: Ref<boolean>
  readonly busy: Ref<boolean>
  readonly ready: ComputedRef<boolean>
  choose(archive: File): Promise<void>
  /** Looks again, after an option or a secret has changed. */
  look(): Promise<void>
  apply(): Promise<void>
  reset(): void
}

const path = '/api/v1/configuration/import'

/** An import of the configuration: choose, look, apply. Nothing of it outlives the page; secrets least of all. */
export function useConfigurationImport(): ConfigurationImport {
  const api = useApi('shell')
  const name = ref<string>()
  const files = shallowRef<readonly ArchivedFile[]>([])
  const options = reactive({ prune: false, overwrite: false })
  const secrets = reactive<Record<string, string>>({})
  const preview = shallowRef<ConfigurationResult>()
  const result = shallowRef<ConfigurationResult>()
  const error = shallowRef<unknown>()
  const busy = ref(false)
  const uncertain = ref(false)

  /** `undefined` when it failed. One at a time: what could ask again is disabled meanwhile. */
  async function send(dryRun: boolean): Promise<ConfigurationResult | undefined> {
    busy.value = true
    error.value = undefined
    const given = Object.fromEntries(Object.entries(secrets).filter(([, value]) => value !== ''))
    try {
      const answer = await api.post<ConfigurationResult>(path, { files: files.value, secrets: given, ...options, dryRun })
      uncertain.value = false
      return answer
    } catch (caught) {
      error.value = caught
      uncertain.value ||= !dryRun && isApiError(caught, 'network')
      return undefined
    } finally {
      busy.value = false
    }
  }

  async function look(): Promise<void> {
    const seen = await send(true)
    if (seen !== undefined) preview.value = seen
  }

  function reset(): void {
    name.value = undefined
    files.value = []
    preview.value = undefined
    result.value = undefined
    error.value = undefined
    uncertain.value = false
    Object.assign(options, { prune: false, overwrite: false })
    for (const secret of Object.keys(secrets)) delete secrets[secret]
  }

  return {
    name,
    options,
    secrets,
    preview,
    result,
    error,
    busy,
    uncertain,
    ready: computed(() => {
      const { value } = preview
      return (
        !busy.value &&
        error.value === undefined &&
        value !== undefined &&
        value.changes.length > 0 &&
        value.problems.length === 0 &&
        value.missingSecrets.length === 0
      )
    }),
    async choose(archive) {
      reset()
      try {
        files.value = await readArchive(archive)
      } catch (caught) {
        error.value = caught
        return
      }
      if (files.value.length === 0) {
        error.value = new ArchiveError('empty')
        return
      }
      name.value = archive.name
      await look()
    },
    look,
    async apply() {
      const done = await send(false)
      if (done === undefined) return
      // somebody may have changed something since the look
      if (done.applied) result.value = done
      else preview.value = done
    },
    reset,
  }
}
