import type { Position } from '../../../shared/store/inboxes.js';
import { type Signal, signalOf } from '../../../shared/store/signals.js';

/** A message from a script or another process about one user that is or was attached here. */
export type Notice =
  | { what: 'superseded' | 'ended'; id: number; n: number; by?: string }
  | { what: 'entered' | 'exited'; id: number; room: string }
  | { what: 'signals'; id: number; signals: Signal[] }
  | { what: 'acked'; id: number; position: Position };

/**
 * Parses `superseded <id> <n> <instance>` (without the instance if no other one took over), `ended <id> <n>`,
 * `entered <id> <room>`, `exited <id> <room>`, `acked <id> <count> <event id> <digest>`, and `signals <id>` with the
 * text of one signal on each further line.
 * Returns null for anything else.
 */
export function parseNotice(text: string): Notice | null {
  const [head = '', ...lines] = text.split('\n');
  const [what, id, detail = '', by = '', digest = ''] = head.split(' ');
  if (what === 'signals') return { what, id: Number(id), signals: lines.map(signalOf) };
  if (what === 'superseded' || what === 'ended') return { what, id: Number(id), n: Number(detail), by };
  if (what === 'entered' || what === 'exited') return { what, id: Number(id), room: detail };
  if (what === 'acked') {
    const position = { count: Number(detail), eventId: by, digest: Number.parseInt(digest, 10) };
    return { what, id: Number(id), position };
  }
  return null;
}
