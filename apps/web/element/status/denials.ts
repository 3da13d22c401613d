import type { Reason } from '../../../../shared/protocol/errors.js';
import type { ChatFailure } from '../../client/api.js';
import { fill, type TextKey, type Texts } from '../texts.js';
import { durationText } from '../times.js';

/**
 * The text for each reason of the server not to allow something. Missing are reasons about values: the element writes
 * none. `/talk.js` has those of edits.
 */
const DENIAL_TEXTS: Partial<Record<Reason, TextKey>> = {
  read_only: 'whyReadOnly',
  muted: 'whyMuted',
  closed: 'whyClosed',
  banned: 'whyBanned',
  links: 'whyLinks',
  words: 'whyWords',
  hold: 'whyHold',
  role: 'whyRole',
  reserved: 'whyReserved',
  off: 'whyOff',
  address: 'whyAddress',
  full: 'whyFull',
  blocked: 'whyBlocked',
  key: 'whyKey',
  name: 'whyName',
  private: 'whyPrivate',
};

/** The text for each error without such a reason. Those that are missing are mistakes of a page or a program. */
const ERROR_TEXTS: Partial<Record<ChatFailure['code'], TextKey>> = {
  network: 'noAnswer',
  left: 'ended',
  unauthorized: 'out',
  not_in_room: 'out',
  name_taken: 'whyTaken',
  no_such_user: 'whyGone',
  not_owner: 'whyNoRole',
  too_large: 'whyLarge',
  rate_limited: 'whyRate',
  unavailable: 'whyBusy',
  origin_refused: 'whyPage',
};

/**
 * Returns why a call failed. For a reason without a text, for example of a newer server, returns the server's message.
 */
export function denialText({ code, reason, retryAfter = 0, message }: ChatFailure, texts: Texts): string {
  const key = (reason && DENIAL_TEXTS[reason]) || ERROR_TEXTS[code] || 'whyOther';
  return fill(texts[key], { time: durationText(retryAfter, texts), message });
}
