/**
 * The newest poll of a user wins; an earlier one is answered `superseded`. A process learns of a newer poll in three
 * ways: it comes to this process (`supersede`), Redis tells that the user has attached elsewhere (`isSupersededBy`), or
 * one of the two happens during an attach. During an attach the poll is only marked, as the attach may bring events.
 */
import { ChatError } from '../../../shared/protocol/errors.js';
import type { Notice } from './notice.js';
import type { Poll } from './poll.js';

export function superseded(): ChatError {
  return new ChatError('superseded', 'A newer poll of this user has taken over.');
}

/** Ends the earlier poll of a user whose newer poll has come. */
export function supersede(earlier: Poll | null | undefined): void {
  if (!earlier) return;
  earlier.superseded = true;
  if (!earlier.attaching) earlier.fail(superseded());
}

/** Whether a notice tells of an attach that is not older than attach `n`, or of the end of such an attach. */
export function isSupersededBy(n: number, notice: Notice): notice is Extract<Notice, { n: number }> {
  return 'n' in notice && notice.n >= n;
}

/** Throws `superseded` if a newer poll was noticed while this one was attaching. */
export function throwIfSuperseded(poll: Poll): void {
  if (poll.superseded) throw superseded();
}
