import { type Signal, signalOf } from '../../../shared/store/signals.js';

/** What scripts, and other processes, tell a process about one user that was or is attached there. */
export type Notice =
  | { what: 'superseded' | 'ended'; id: number; n: number; by?: string }
  | { what: 'entered' | 'exited'; id: number; room: string }
  | { what: 'signals'; id: number; signals: Signal[] };

/**
 * `superseded id n process` (without the process when no other one took over), `ended id n`, `entered id room`,
 * `exited id room`, and `signals id` with a signal's text on each further line. Null for what is none of these.
 */
export function parseNotice(text: string): Notice | null {
  const [head = '', ...lines] = text.split('\n');
  const [what, id, detail = '', by = ''] = head.split(' ');
  if (what === 'signals') return { what, id: Number(id), signals: lines.map(signalOf) };
  if (what === 'superseded' || what === 'ended') return { what, id: Number(id), n: Number(detail), by };
  if (what === 'entered' || what === 'exited') return { what, id: Number(id), room: detail };
  return null;
}
