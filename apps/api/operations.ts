/** The table of operations: every name in the protocol, and what serves it. */
import type { OperationName } from '../../shared/protocol/operations.js';
import type { Operation } from './operation.js';
import { add } from './operations/add.js';
import { approve } from './operations/approve.js';
import { audit } from './operations/audit.js';
import { ban } from './operations/ban.js';
import { block } from './operations/block.js';
import { clear } from './operations/clear.js';
import { enter } from './operations/enter.js';
import { exit } from './operations/exit.js';
import { get } from './operations/get.js';
import { handover } from './operations/handover.js';
import { held } from './operations/held.js';
import { history } from './operations/history.js';
import { join } from './operations/join.js';
import { kick } from './operations/kick.js';
import { leave } from './operations/leave.js';
import { members } from './operations/members.js';
import { moderate } from './operations/moderate.js';
import { mute } from './operations/mute.js';
import { own } from './operations/own.js';
import { poll } from './operations/poll.js';
import { reject } from './operations/reject.js';
import { remove } from './operations/remove.js';
import { rename } from './operations/rename.js';
import { rooms } from './operations/rooms.js';
import { rules } from './operations/rules.js';
import { send } from './operations/send.js';
import { sent } from './operations/sent.js';
import { set } from './operations/set.js';
import { signal } from './operations/signal.js';
import { unblock } from './operations/unblock.js';

export const operations: { [Op in OperationName]: Operation<Op> } = {
  join, poll, send, sent, signal, set, add, get, enter, exit, block, unblock, rename, leave, members, history, rooms,
  remove, clear, mute, kick, ban, rules, moderate, handover, own, held, approve, reject, audit,
};
