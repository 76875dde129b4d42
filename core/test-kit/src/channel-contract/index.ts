export { ChannelBench, type Happening, type ReceivedMessage } from './channel-bench.ts'
export type { AccountDesk } from './account-desk.ts'
export { channelContract } from './channel-contract.ts'
export { contractOutcomes, type ContractOutcome } from './contract-run.ts'
export type {
  ChannelDescription,
  HttpProvider,
  ProviderAnswer,
  ProviderEvent,
  ProviderFile,
  ProviderRequest,
  SentMessage,
  ShownButton,
  ShownMessage,
} from './description.ts'
export type { Answered, ProviderApi, ProviderFailure, ProviderSide, SideContext } from './provider-side.ts'
