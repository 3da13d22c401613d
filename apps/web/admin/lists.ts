/** The tables of the page: processes, what is busy, what is off, what was done. */
import type {
  AdminSnapshot,
  InstanceMetrics,
  OperatorActionName,
  SwitchedOff,
} from '../../../shared/protocol/admin.js';
import { addressOf, byId } from '../pages/page.js';
import { bytes, count, moment, span, time } from './format.js';
import { Table } from './table.js';

type Kind = SwitchedOff['kind'];

const DONE: Record<OperatorActionName, string> = {
  room_off: 'Room switched off',
  room_on: 'Room switched on',
  clear: 'Room cleared',
  own: "Owner's link made",
  address_off: 'Address banned',
  address_on: 'Ban lifted',
  origin_off: 'Origin switched off',
  origin_on: 'Origin switched on',
};

/** An address as it is shown: a hash short, one in clear whole. */
export const shortly = (kind: Kind, name: string): string =>
  kind === 'address' && /^[\w-]{22}$/.test(name) ? `${name.slice(0, 8)}…` : name;
const linkTo = (kind: Kind, name: string): { href?: string } => (kind === 'room' ? { href: addressOf(name) } : {});

/** No rows mean nothing then. */
const AWAY = 'Not known while Redis is away.';

const ORIGINS: Record<string, string> = {
  null: 'null (a file, or a sandboxed frame)',
  none: 'none (no page said its own)',
};

/** Makes the tables; gives what fills them. `ask` opens the acts on something. */
export function makeLists(
  ask: (kind: Kind, name: string) => void,
): (figures: AdminSnapshot, processes: InstanceMetrics[]) => void {
  const table = (
    id: string,
    columns: string[],
    numbers: number[],
    nothing: string,
    button: string | null = null,
  ): Table => new Table(byId(id, HTMLTableElement), columns, numbers, nothing, button);
  const processes = table(
    'processes',
    ['Process', 'Loop delay, p99', 'Memory'],
    [1, 2],
    'None has written its figures yet.',
  );
  const rooms = table('rooms', ['Room', 'Members', 'Messages/s'], [1, 2], 'Nobody is in a public room.', 'Act');
  const origins = table('origins', ['Origin', 'Requests/s'], [1], 'Nobody asks.', 'Act');
  const addresses = table('addresses', ['Address', 'Requests/s'], [1], 'Nobody asks.', 'Act');
  const values = table('values', ['Room', 'Bytes'], [1], 'No room remembers anything.', 'Act');
  const weight = byId('values-bytes', HTMLElement);
  const off = table('off', ['What', 'Until'], [], 'Everything is on.', 'Act');
  const acts = table('acts', ['When', 'What', 'By'], [], 'Nothing yet.');
  return (figures, running) => {
    const instead = figures.known ? undefined : AWAY;
    const isOff = new Set(figures.off.map(({ kind, name }) => `${kind} ${name}`));
    const row = (kind: Kind, name: string, ...cells: string[]) => {
      return {
        key: name,
        cells: [kind === 'origin' ? (ORIGINS[name] ?? name) : shortly(kind, name), ...cells],
        ...linkTo(kind, name),
        mark: isOff.has(`${kind} ${name}`) ? 'off' : '',
        act: () => ask(kind, name),
      };
    };
    processes.show(
      running.map(({ name, delay, memory }) => ({ key: name, cells: [name, time(delay), bytes(memory)] })),
    );
    rooms.show(
      figures.busy.rooms.map(({ name, members, rate }) => row('room', name, count(members), count(rate))),
      instead,
    );
    origins.show(
      figures.busy.origins.map(({ origin, rate }) => row('origin', origin, count(rate))),
      instead,
    );
    addresses.show(
      figures.busy.addresses.map(({ address, rate }) => row('address', address, count(rate))),
      instead,
    );
    values.show(
      figures.values.rooms.map((room) => row('room', room.name, count(room.bytes))),
      instead,
    );
    weight.textContent = bytes(figures.values.bytes);
    off.show(
      figures.off.map(({ kind, name, since, until }) => ({
        key: `${kind} ${name}`,
        cells: [shortly(kind, name), until === null ? `it is switched on (off since ${moment(since)})` : moment(until)],
        ...linkTo(kind, name),
        mark: kind,
        act: () => ask(kind, name),
      })),
      instead,
    );
    acts.show(
      figures.acts.map(({ at, act, on, by, seconds }, i) => ({
        key: `${at} ${act} ${on} ${i}`,
        cells: [
          moment(at),
          `${DONE[act]}${seconds === undefined ? '' : ` for ${span(seconds)}`}: ${shortly(act.startsWith('address') ? 'address' : 'room', on)}`,
          by || '–',
        ],
      })),
      instead,
    );
  };
}
