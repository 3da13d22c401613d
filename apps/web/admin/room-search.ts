/** The list of rooms: the largest, or those whose names contain what was searched for. */
import type { HostRoom, HostRoomsReply } from '../../../shared/protocol/admin.js';
import { addressOf, byId } from '../pages/page.js';
import { ask } from './ask.js';
import { setText } from './dom.js';
import { bytes, count, day } from './format.js';
import { ORIGINS } from './lists.js';
import { type Row, Table } from './table.js';

/** The list costs Redis more than the numbers on the page do. */
const EVERY_MS = 30_000;
const SILENCE = 'The server does not answer. The list may be old.';
const COLUMNS = ['Room', 'Members', 'Size', 'Owner’s visit', 'Stays until', 'Made at'];

/** Shows the list, and keeps it fresh. `openDialog` offers the actions on a room. Returns a function that refreshes. */
export function showRooms(openDialog: (room: string) => void): () => Promise<void> {
  const table = new Table(byId('found-rooms', HTMLTableElement), COLUMNS, [1, 2], 'There is no room yet.', 'Act');
  const search = byId('find-name', HTMLInputElement);
  const said = byId('found', HTMLElement);
  /** Counts requests. A late answer must not replace a newer one. */
  let turn = 0;

  async function refresh(): Promise<void> {
    turn += 1;
    const own = turn;
    const asked = search.value.trim();
    const reply = await ask<HostRoomsReply>(`/admin/rooms?search=${encodeURIComponent(asked)}`, SILENCE);
    if (own !== turn) return;
    setText(said, reply.ok ? summary(reply, asked) : reply.message);
    if (!reply.ok) return;
    setText(byId('stays', HTMLElement), staysText(reply.stays));
    const row = (room: HostRoom): Row => ({ ...rowOf(room), act: () => openDialog(room.name) });
    table.show(reply.rooms.map(row), asked === '' ? undefined : 'No room has this in its name.');
  }

  byId('find', HTMLFormElement).addEventListener('submit', (submission) => {
    submission.preventDefault();
    void refresh();
  });
  setInterval(() => void (document.hidden || refresh()), EVERY_MS);
  void refresh();
  return refresh;
}

function rowOf({ name: room, members, bytes: size, visited, staysUntil, origin = '' }: HostRoom): Row {
  const cells = [
    room,
    count(members),
    bytes(size),
    visited === undefined ? '–' : day(visited),
    staysUntil === undefined ? 'does not stay' : day(staysUntil),
    ORIGINS[origin] ?? (origin || '–'),
  ];
  return { key: room, cells, href: addressOf(room) };
}

function summary({ rooms, more }: { rooms: HostRoom[]; more: boolean }, asked: string): string {
  if (more) return `These are the ${rooms.length} largest. Search to find others.`;
  return asked === '' || rooms.length === 0 ? '' : `${rooms.length} found.`;
}

function staysText({ count: staying, max, addressMax }: { count: number; max: number; addressMax: number }): string {
  return `${count(staying)} stay now. At most ${count(max)} may, and ${count(addressMax)} of one address.`;
}
