/** The table of operations: every name in the protocol, and the function that serves it. */
import type { OperationName } from '../../../shared/protocol/operations.js';
import { ack } from './ack.js';
import { add } from './add.js';
import { allow } from './allow.js';
import { approve } from './approve.js';
import { audit } from './audit.js';
import { ban } from './ban.js';
import { block } from './block.js';
import { clear } from './clear.js';
import { edit } from './edit.js';
import { enter } from './enter.js';
import { exit } from './exit.js';
import { exportRoom } from './export.js';
import { get } from './get.js';
import { handover } from './handover.js';
import { held } from './held.js';
import { history } from './history.js';
import { hook } from './hook.js';
import { hooks } from './hooks.js';
import { importRoom } from './import.js';
import { incoming } from './incoming.js';
import { join } from './join.js';
import { keys } from './keys.js';
import { kick } from './kick.js';
import { leave } from './leave.js';
import { members } from './members.js';
import { moderate } from './moderate.js';
import { mute } from './mute.js';
import type { Operation } from './operation.js';
import { own } from './own.js';
import { poll } from './poll.js';
import { post } from './post.js';
import { react } from './react.js';
import { reject } from './reject.js';
import { remove } from './remove.js';
import { rename } from './rename.js';
import { report } from './report.js';
import { rooms } from './rooms.js';
import { rules } from './rules.js';
import { send } from './send.js';
import { sent } from './sent.js';
import { set } from './set.js';
import { signal } from './signal.js';
import { unblock } from './unblock.js';
import { unsay } from './unsay.js';

export const operations: { [Op in OperationName]: Operation<Op> } = {
  join,
  poll,
  ack,
  send,
  post,
  sent,
  react,
  edit,
  unsay,
  signal,
  set,
  add,
  get,
  enter,
  exit,
  block,
  unblock,
  rename,
  leave,
  members,
  history,
  rooms,
  report,
  remove,
  clear,
  mute,
  kick,
  ban,
  rules,
  keys,
  incoming,
  hook,
  hooks,
  allow,
  moderate,
  handover,
  own,
  held,
  approve,
  reject,
  audit,
  export: exportRoom,
  import: importRoom,
};
