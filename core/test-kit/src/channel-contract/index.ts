export { channelContract } from './channel-contract.ts'
export type {
  ChannelDescription,
  HttpProvider,
  ProviderAnswer,
  ProviderEvent,
  ProviderFile,
  ProviderRequest,
  ShownButton,
  ShownMessage,
} from './description.ts'
export type { ProviderApi, ProviderFailure, ProviderSide, SideContext } from './provider-side.ts'
