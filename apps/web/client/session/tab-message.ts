import type { ChatEvent, PassingEvent } from '../../../../shared/protocol/events.js';
import type { State } from '../api.js';
import type { People } from '../events/roster.js';
import type { StoredSession } from './stored.js';

/**
 * A message between the tabs of one user. Another tab may run another version of the library, so kinds and fields
 * keep their names.
 */
export type TabMessage =
  /** Asks whether a tab leads. The leader answers with `session`. */
  | { kind: 'hello' }
  /** From the leader: the user, once there is one, and the state of the chat. */
  | { kind: 'session'; kept: StoredSession | null; state: State; reason: string }
  /** From the leader: an event has arrived, after that event of its room. */
  | { kind: 'event'; event: ChatEvent | PassingEvent; after: string }
  /** From the leader: the inbox has been read up to `cursor`. */
  | { kind: 'moved'; token: string; cursor: string }
  | ({ kind: 'members'; room: string } & People)
  | { kind: 'missed'; what: { count: number } }
  | { kind: 'reset'; what: { rooms: string[] } }
  | { kind: 'gap'; what: { room: string } }
  /** To the leader: this token may be invalid now. */
  | { kind: 'spent'; token: string }
  | { kind: 'entered'; room: string };
