import { ChatError } from '../../../../shared/protocol/errors.js';
import { privateRoom } from '../../../../shared/protocol/events.js';

/** Returns the room that a call is about: the one that it names, or the private one of its user and `to`. */
export function roomOf(user: number, room: string | undefined, to: number | undefined): string | undefined {
  if (to === undefined) return room;
  if (room !== undefined) throw new ChatError('bad_request', 'Give room or to, not both.', { field: 'to' });
  if (user === to) throw new ChatError('bad_request', 'to must be another user.', { field: 'to' });
  return privateRoom(user, to);
}
