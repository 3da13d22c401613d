/** The table of what pages and rooms have used, today or in the last days. */
import type { UsageReply, UsedPage } from '../../../shared/protocol/admin.js';
import { byId } from '../pages/page.js';
import { ask } from './ask.js';
import { setText } from './dom.js';
import { count } from './format.js';
import { ORIGINS } from './lists.js';
import { type Row, Table } from './table.js';

/** Processes report once a minute. */
const EVERY_MS = 60_000;
const SILENCE = 'The server does not answer. The list may be old.';
const COLUMNS = ['Page', 'Room', 'Requests', 'Messages', 'Deliveries'];

/** Shows the table, and keeps it fresh. `openDialog` offers the actions on an origin. */
export function showUsage(openDialog: (origin: string) => void): void {
  const table = new Table(byId('usage', HTMLTableElement), COLUMNS, [2, 3, 4], 'Nothing was used yet.', 'Act');
  const days = byId('usage-days', HTMLSelectElement);
  const said = byId('usage-said', HTMLElement);

  async function refresh(): Promise<void> {
    const asked = days.value;
    const reply = await ask<UsageReply>(`/admin/usage?days=${asked}`, SILENCE);
    if (asked !== days.value) return;
    setText(said, reply.ok ? '' : reply.message);
    if (reply.ok) table.show(reply.used.map((one) => ({ ...rowOf(one), act: () => openDialog(one.origin) })));
  }

  days.addEventListener('change', () => void refresh());
  setInterval(() => void (document.hidden || refresh()), EVERY_MS);
  void refresh();
}

function rowOf({ origin, room, requests, messages, deliveries, heldBack }: UsedPage): Row {
  const cells = [ORIGINS[origin] ?? origin, room || '–', count(requests), count(messages), count(deliveries)];
  return { key: `${origin} ${room}`, cells, mark: heldBack ? 'held back' : '' };
}
