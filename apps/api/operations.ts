/** The table of operations: every name in the protocol, and what serves it. */
import type { OperationName } from '../../shared/protocol/operations.js';
import type { Operation } from './operation.js';
import { audit } from './operations/audit.js';
import { clear } from './operations/clear.js';
import { enter } from './operations/enter.js';
import { exit } from './operations/exit.js';
import { history } from './operations/history.js';
import { join } from './operations/join.js';
import { kick } from './operations/kick.js';
import { leave } from './operations/leave.js';
import { members } from './operations/members.js';
import { mute } from './operations/mute.js';
import { poll } from './operations/poll.js';
import { remove } from './operations/remove.js';
import { rename } from './operations/rename.js';
import { rooms } from './operations/rooms.js';
import { rules } from './operations/rules.js';
import { send } from './operations/send.js';
import { signal } from './operations/signal.js';

export const operations: { [Op in OperationName]: Operation<Op> } = {
  join, poll, send, signal, enter, exit, rename, leave, members, history, rooms,
  remove, clear, mute, kick, rules, audit,
};
