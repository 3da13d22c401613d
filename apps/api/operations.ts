/** The table of operations: every name in the protocol, and what serves it. */
import type { OperationName } from '../../shared/protocol/operations.js';
import type { Operation } from './operation.js';
import { enter } from './operations/enter.js';
import { exit } from './operations/exit.js';
import { history } from './operations/history.js';
import { join } from './operations/join.js';
import { leave } from './operations/leave.js';
import { members } from './operations/members.js';
import { poll } from './operations/poll.js';
import { rename } from './operations/rename.js';
import { rooms } from './operations/rooms.js';
import { send } from './operations/send.js';
import { signal } from './operations/signal.js';

export const operations: { [Op in OperationName]: Operation<Op> } = {
  join, poll, send, signal, enter, exit, rename, leave, members, history, rooms,
};
