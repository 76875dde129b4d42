export * from './ui-plugin.ts'
