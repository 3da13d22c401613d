/** The tables of the page: processes, what is busy, what is off, and the actions that were taken. */
import type {
  AdminSnapshot,
  InstanceMetrics,
  OperatorAction,
  OperatorActionName,
  SwitchedOff,
} from '../../../shared/protocol/admin.js';
import { addressOf, byId } from '../pages/page.js';
import { AWAY, bytes, count, moment, span, time } from './format.js';
import { type Row, Table } from './table.js';

type Kind = SwitchedOff['kind'];

const DONE: Record<OperatorActionName, string> = {
  room_off: 'Room switched off',
  room_on: 'Room switched on',
  clear: 'Room cleared',
  own: 'Owner link made',
  stay_end: 'Stay ended',
  erase: 'Messages of a person removed',
  address_off: 'Address banned',
  address_on: 'Ban lifted',
  origin_off: 'Origin switched off',
  origin_on: 'Origin switched on',
  network_off: 'Network banned',
  network_on: 'Ban of a network lifted',
  word_off: 'Word switched off',
  word_on: 'Word switched on',
  link_off: 'Links switched off',
  link_on: 'Links switched on',
  announce: 'Announced',
  announce_end: 'Announcement ended',
};

/** Returns the name to show. The hash of an address is shortened; an address in clear is not. */
export const shortly = (kind: Kind, target: string): string =>
  kind === 'address' && /^[\w-]{22}$/.test(target) ? `${target.slice(0, 8)}…` : target;
const linkTo = (kind: Kind, target: string): { href?: string } => (kind === 'room' ? { href: addressOf(target) } : {});

export const ORIGINS: Record<string, string> = {
  null: 'null (a file, or a sandboxed frame)',
  none: 'none (the request names no page)',
};

/** Makes a table of the page. `numbers`: the columns that hold numbers. */
function table(id: string, columns: string[], numbers: number[], nothing: string, button: string | null): Table {
  return new Table(byId(id, HTMLTableElement), columns, numbers, nothing, button);
}

/** Makes the tables. Returns a function that fills them. `openDialog` offers the actions on something. */
export function makeLists(
  openDialog: (kind: Kind, target: string) => void,
): (snapshot: AdminSnapshot, running: InstanceMetrics[]) => void {
  const none = 'Nobody sends requests.';
  const processes = table('processes', ['Process', 'Loop delay, p99', 'Memory'], [1, 2], 'No process yet.', null);
  const rooms = table('rooms', ['Room', 'Members', 'Messages/s'], [1, 2], 'Nobody is in a room.', 'Act');
  const origins = table('origins', ['Origin', 'Requests/s'], [1], none, 'Act');
  const addresses = table('addresses', ['Address', 'Requests/s'], [1], none, 'Act');
  const values = table('values', ['Room', 'Bytes'], [1], 'No room has values.', 'Act');
  const off = table('off', ['What', 'Until'], [], 'Nothing is switched off.', 'Act');
  const acts = table('acts', ['When', 'What', 'By'], [], 'No actions yet.', null);

  return (snapshot, running) => {
    const nothing = snapshot.known ? undefined : AWAY;
    const isOff = new Set(snapshot.off.map((one) => `${one.kind} ${one.name}`));
    const row = (kind: Kind, target: string, ...cells: string[]): Row => ({
      key: target,
      cells: [kind === 'origin' ? (ORIGINS[target] ?? target) : shortly(kind, target), ...cells],
      ...linkTo(kind, target),
      mark: isOff.has(`${kind} ${target}`) ? 'off' : '',
      act: () => openDialog(kind, target),
    });
    const { busy } = snapshot;
    processes.show(running.map(processRow));
    rooms.show(
      busy.rooms.map((room) => row('room', room.name, count(room.members), count(room.rate))),
      nothing,
    );
    origins.show(
      busy.origins.map((one) => row('origin', one.origin, count(one.rate))),
      nothing,
    );
    addresses.show(
      busy.addresses.map(({ address, rate }) => row('address', address, count(rate))),
      nothing,
    );
    values.show(
      snapshot.values.rooms.map((room) => row('room', room.name, count(room.bytes))),
      nothing,
    );
    byId('values-bytes', HTMLElement).textContent = snapshot.known ? bytes(snapshot.values.bytes) : '?';
    off.show(
      snapshot.off.map((one) => ({ ...offRow(one), act: () => openDialog(one.kind, one.name) })),
      nothing,
    );
    acts.show(snapshot.acts.map(actionRow), nothing);
  };
}

function processRow({ name: instance, delay, memory }: InstanceMetrics): Row {
  return { key: instance, cells: [instance, time(delay), bytes(memory)] };
}

function offRow({ kind, name: target, since, until }: SwitchedOff): Row {
  const end = until === null ? `you switch it on (off since ${moment(since)})` : moment(until);
  return { key: `${kind} ${target}`, cells: [shortly(kind, target), end], ...linkTo(kind, target), mark: kind };
}

function actionRow({ at, act, on, by, seconds }: OperatorAction, i: number): Row {
  const duration = seconds === undefined ? '' : ` for ${span(seconds)}`;
  const target = shortly(act.startsWith('address') ? 'address' : 'room', on);
  return {
    key: `${at} ${act} ${on} ${i}`,
    cells: [moment(at), `${DONE[act]}${duration}${target && `: ${target}`}`, by || '–'],
  };
}
