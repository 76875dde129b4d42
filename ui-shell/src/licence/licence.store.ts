import { useApi } from '@parley/ui-sdk'
import { useRuntime } from '@parley/ui-sdk/host'
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { noticeOf } from './licence-notice.ts'
import type { LicenceStatus } from './licence-status.ts'

const path = '/api/v1/system/licence'
const aside = 'parley.licence-notice'

/** The licences of the installation, for those who may see them. */
export const useLicence = defineStore('shell.licence', () => {
  const api = useApi('shell')
  const { session } = useRuntime()
  const status = shallowRef<LicenceStatus>()
  const error = shallowRef<unknown>()
  const putAside = ref(localStorage.getItem(aside))
  const all = computed(() => (status.value === undefined ? undefined : noticeOf(status.value)))
  return {
    status,
    error,
    notice: computed(() => (all.value?.dismissible === true && all.value.id === putAside.value ? undefined : all.value)),
    /** Until there is something new to say, on this device. */
    dismiss(): void {
      putAside.value = all.value?.id ?? null
      localStorage.setItem(aside, putAside.value ?? '')
    },
    async load(): Promise<void> {
      if (!session.can('licence.view')) return
      try {
        status.value = await api.get<LicenceStatus>(path)
        error.value = undefined
      } catch (caught) {
        error.value = caught
      }
    },
    async upload(licence: object): Promise<void> {
      status.value = await api.post<LicenceStatus>(path, licence)
    },
    async remove(id: string): Promise<void> {
      status.value = await api.delete<LicenceStatus>(`${path}/${encodeURIComponent(id)}`)
    },
  }
})
