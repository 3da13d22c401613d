/** A delivery: what fan-out publishes to this process for one user shard. */
import { ownCopy } from '../../../shared/store/tokens.js';
import type { Chunk } from './mirror.js';

export interface Group {
  chunk: Chunk;
  /** The users it is for, each with the number of its attach: `id:n id:n ...`. */
  users: string;
}

/**
 * Parses a delivery. Its lines are its number, then four for each group (number of events, last log id, users, the
 * events' texts), then the digests of all groups.
 */
export function parseDelivery(payload: string): { sequence: number; groups: Group[] } {
  const lines = payload.split('\n');
  const groups: Group[] = [];
  // a worker of an older version sends no digests
  const digests = lines.length % 4 === 2 ? (lines.at(-1)?.split(' ') ?? []) : [];
  for (let i = 1; i + 3 < lines.length; i += 4) {
    groups.push({
      chunk: {
        count: Number(lines[i]),
        eventId: ownCopy(lines[i + 1] ?? ''), // positions outlive the delivery, and must not keep all of it
        text: lines[i + 3] ?? '',
        digest: Number(digests[groups.length]),
      },
      users: lines[i + 2] ?? '',
    });
  }
  return { sequence: Number(lines[0]), groups };
}

const COLON = ':'.charCodeAt(0);
const ZERO = '0'.charCodeAt(0);

/** Calls `visit` for each `id:n`. It makes no strings: the delivery of a large room names a thousand users. */
export function eachUser(users: string, visit: (id: number, n: number) => void): void {
  let id = 0;
  let number = 0;
  for (let i = 0; i < users.length; i += 1) {
    const code = users.charCodeAt(i);
    if (code >= ZERO && code < COLON) {
      number = number * 10 + code - ZERO;
      continue;
    }
    if (code === COLON) id = number;
    else visit(id, number);
    number = 0;
  }
  visit(id, number);
}
