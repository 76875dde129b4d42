export { createConnectors, type Connectors, type ConnectorsOptions } from './create-connectors.ts'
export { connectorsMigrations } from './lease-store.ts'
