export * from '@parley/ui-kit'
