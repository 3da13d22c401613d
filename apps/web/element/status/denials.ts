import type { Reason } from '../../../../shared/protocol/errors.js';
import type { ChatFailure } from '../../client/api.js';
import { durationText } from '../log/times.js';
import { fill, type Texts } from '../texts.js';

/** Which words say why something is not allowed. The element writes no values. */
const WORDS: Partial<Record<Reason, keyof Texts>> = {
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
};

/** Why something failed, in plain words; for other reasons, as of a newer server, in the server's own. */
export function whyNot({ reason, retryAfter = 0, message }: ChatFailure, texts: Texts): string {
  const key = reason && WORDS[reason];
  return key ? fill(texts[key], { time: durationText(retryAfter, texts) }) : message;
}
