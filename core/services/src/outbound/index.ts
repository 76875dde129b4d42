export { createHttpClient, type HttpClientOptions, type OutboundClient } from './create-http-client.ts'
export { isPublic } from './allow-list.ts'
