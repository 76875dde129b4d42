export * from '@parley/ui-sdk'
