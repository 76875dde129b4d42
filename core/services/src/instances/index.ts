export { createInstances, type Instances, type InstancesOptions } from './create-instances.ts'
export { processName } from './plugin-difference.ts'
export { PluginSetStore, type Instance } from './plugin-set-store.ts'
