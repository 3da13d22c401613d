/** What scripts tell a process about one user that was attached there. */
export type Notice =
  | { what: 'superseded' | 'ended'; id: number; n: number }
  | { what: 'entered' | 'exited'; id: number; room: string };

/** `superseded id n`, `ended id n`, `entered id room`, `exited id room`; null for what is none of these. */
export function parseNotice(text: string): Notice | null {
  const [what, id, detail = ''] = text.split(' ');
  if (what === 'superseded' || what === 'ended') return { what, id: Number(id), n: Number(detail) };
  if (what === 'entered' || what === 'exited') return { what, id: Number(id), room: detail };
  return null;
}
