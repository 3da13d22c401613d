import type { Reason } from '../../../../shared/protocol/errors.js';
import type { ChatFailure } from '../../client/api.js';
import { fill, type TextKey, type Texts } from '../texts.js';
import { durationText } from '../times.js';

/**
 * The text for each reason of the server not to allow something. Reasons about values are missing: the element writes
 * none.
 */
const DENIAL_TEXTS: Partial<Record<Reason, TextKey>> = {
  read_only: 'whyReadOnly',
  muted: 'whyMuted',
  closed: 'whyClosed',
  banned: 'whyBanned',
  links: 'whyLinks',
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

/**
 * Returns why a call failed. For a reason without a text, for example of a newer server, returns the server's message.
 */
export function denialText({ reason, retryAfter = 0, message }: ChatFailure, texts: Texts): string {
  const key = reason && DENIAL_TEXTS[reason];
  return key ? fill(texts[key], { time: durationText(retryAfter, texts) }) : message;
}
