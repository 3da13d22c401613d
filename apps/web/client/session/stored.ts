import type { UserRef } from '../../../../shared/protocol/events.js';
import type { StreamTrouble } from '../stream-trouble.js';

/**
 * A session as it survives a reload. It is stored in `sessionStorage`, and tabs send it to each other. Other tabs may
 * run another version of the library, so the fields keep their names.
 */
export interface StoredSession {
  token: string;
  user: UserRef;
  cursor: string;
  /** The name that the page asked for. It shows whether the page asks for another one now. */
  wish?: string | undefined;
  /** Why its pages poll rather than open streams. */
  polls?: StreamTrouble | '';
  /** A page is using the session. */
  open?: boolean;
}

/** The name that this browser had last in a room, and the secret by which the server gives it back. */
export interface KeptName {
  name?: string;
  secret?: string;
}
