/** Rooms that are taken along: their contents, as an owner reads and writes them. */
import { checkParameters } from '../../apps/api/operations/parameters/check.js';
import type { RoomContents } from '../../shared/protocol/events.js';
import type { Person } from './people.js';

/** Reads all pages of an export. */
export async function exported(owner: Person): Promise<RoomContents> {
  const first = await owner.act('export');
  const whole = first.data as RoomContents & { messages: object[] };
  for (let { before } = first; before !== undefined; ) {
    const page = await owner.act('export', { before });
    whole.messages = [...((page.data as RoomContents).messages ?? []), ...whole.messages];
    before = page.before;
  }
  return whole;
}

/** Imports one part, checked as that of a request. */
export async function imported(owner: Person, data: object, more: { id?: string; part?: number } = {}) {
  const { token, room } = owner;
  return owner.part.call('import', checkParameters('import', { token, room, data, ...more }));
}

/** A message of an import. */
export const said = (from: string, text: string, at = 1_700_000_000_000): object => ({ at, from, text });
