export { createInstances, type Instances, type InstancesOptions } from './create-instances.ts'
export { PluginSetStore, type Instance } from './plugin-set-store.ts'
