import type { Points } from '@parley/plugin-api'
import type { ScenarioAction, ScenarioNode } from '../api/index.ts'
import { clearConstantAction, createGetChannelAction, getCommandNode, gotoAliasAction, parseParamsAction } from './actions/flow.action.ts'
import { createGetClientAction, createSetClientAction } from './actions/registered-users.action.ts'
import { sendMeAction, sendRequestAction } from './actions/send-request.action.ts'
import type { Catalogue } from './catalogue.ts'
import type { ClientFields } from './client-fields.ts'
import { createActionNode, createConnectToOperatorNode } from './nodes/action.node.ts'
import { entryPointNode } from './nodes/entry-point.node.ts'
import { exitPointNode } from './nodes/exit-point.node.ts'
import { keyboardNode } from './nodes/keyboard.node.ts'
import { messageNode } from './nodes/message.node.ts'
import { noteNode } from './nodes/note.node.ts'
import { routerNode } from './nodes/router.node.ts'
import { setAction, setNode } from './nodes/set.node.ts'
import { createStartNode } from './nodes/start.node.ts'
import { waitForInputNode } from './nodes/wait-for-input.node.ts'

type NodeCradle = { catalogue: Catalogue; points: Points }
type ActionCradle = { points: Points; clientFields: ClientFields }

/** The node kinds this plugin brings, by type. */
export const builtInNodes: Readonly<Record<string, (cradle: NodeCradle) => ScenarioNode>> = {
  start: createStartNode,
  'entry-point': () => entryPointNode,
  'exit-point': () => exitPointNode,
  message: () => messageNode,
  MessageKeyboard: () => keyboardNode,
  'wait-for-input': () => waitForInputNode,
  action_router: () => routerNode,
  action_set: () => setNode,
  action: createActionNode,
  'connect-to-operator': createConnectToOperatorNode,
  get_command: () => getCommandNode,
  note: () => noteNode,
}

/** The actions this plugin brings, by id. */
export const builtInActions: Readonly<Record<string, (cradle: ActionCradle) => ScenarioAction>> = {
  set: () => setAction,
  send_request: () => sendRequestAction,
  send_me: () => sendMeAction,
  goto_alias: () => gotoAliasAction,
  registered_users__get: createGetClientAction,
  registered_users__set: createSetClientAction,
  clear_constant: () => clearConstantAction,
  get_channel: createGetChannelAction,
  parse_params: () => parseParamsAction,
}
