/** A delivery: what fan-out publishes to this process about one user shard. */
import type { Chunk } from './mirror.js';

export interface Group {
  chunk: Chunk;
  /** The users it is for, with the number of their attach: `id:n id:n ...`. */
  users: string;
}

/** Takes a delivery apart: its number, then for each group count of events, last log id, users, and the events' texts, a line each; last the groups' sums. */
export function parseDelivery(payload: string): { sequence: number; groups: Group[] } {
  const lines = payload.split('\n');
  const groups: Group[] = [];
  const sums = lines.length % 4 === 2 ? (lines.at(-1)?.split(' ') ?? []) : []; // a worker of an older version gives none
  for (let i = 1; i + 3 < lines.length; i += 4) {
    groups.push({
      chunk: {
        count: Number(lines[i]),
        eventId: lines[i + 1] ?? '',
        text: lines[i + 3] ?? '',
        digest: Number(sums[groups.length]),
      },
      users: lines[i + 2] ?? '',
    });
  }
  return { sequence: Number(lines[0]), groups };
}

const COLON = 58;
const ZERO = 48;

/** Calls `visit` for each `id:n` of a text, without making texts of them: a large room's delivery has a thousand. */
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
