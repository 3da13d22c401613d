/** Holds what every client has seen against the rooms' logs. */
import { compareIds, privateRoomUsers } from '../../shared/protocol/events.js';
import { Keys } from '../../shared/store/keys.js';
import { type Log, placeAfter } from './logs.js';
import type { FaultKind } from './plan.js';
import { type FaultWindow, type Record, SLOW } from './record.js';
import type { Session } from './session.js';
import type { Arrival, View } from './view.js';
import { overlaps, type Window } from './windows.js';

/** More than this (ms) from accepted to delivered is late, unless a fault or the client itself is the reason. */
const LATE = 2_000;
/** A client that has behaved badly has this long (ms) to catch up. */
const CATCH_UP = 1_500;
/** A fault that has so long (ms) before and after it for itself tells how long its kind has an effect. */
const ALONE = 1_500;
/** An everysec Redis that is killed while the disk is slow may lose this much (ms). */
const ROLLBACK = 2_500;
/** Of a cluster, as the chat has them by default. */
const SHARDS = 64;

/** What Redis keeps when it dies: everything, what it was waited for (REDIS_WAIT), or all but its last moments. */
export type Keeps = 'all' | 'answered' | 'most';

export interface Verdict {
  acknowledged: number;
  delivered: number;
  lost: number;
  duplicated: number;
  outOfOrder: number;
  late: number;
  sessions: number;
  sessionsLost: number;
  repeated: number;
  missed: number;
  resets: number;
  /** Acknowledged, and gone with the last moments of a Redis that does not promise to keep them. */
  rolledBack: number;
  /** Delivered before it was acknowledged, and gone with its master: its sender was not answered, and sent it again. */
  unkept: number;
  /** ms from accepted to delivered, outside of faults. */
  p50: number;
  p99: number;
}

/** Judges a run; what must not be goes to the record's violations. `grace`: ms that each kind of fault may have an effect. */
export function judge(
  record: Record,
  sessions: Session[],
  logs: Map<string, Log>,
  keeps: Keeps,
  grace: (kind: FaultKind) => number,
): Verdict {
  const views = sessions.flatMap((session) => session.allViews);
  const rolledBack = checkAccepted(record, logs, keeps);
  const acknowledged = new Set(record.accepted.map(({ room, id }) => `${room} ${id}`));
  const isGone = goneWithRedis(record, keeps, acknowledged);
  const unkept = new Set<string>();
  for (const session of sessions) {
    for (const view of session.allViews)
      for (const id of checkView(record, session, view, logs.get(view.room) ?? { ids: [], texts: [] }, isGone))
        unkept.add(`${view.room} ${id}`);
  }
  for (const { room, session } of unheard(sessions, logs))
    record.violation('lost', `user ${session.id} (${session.name}) never heard of ${room}`);
  const calm = checkDelays(record, views, grace).sort((a, b) => a - b);
  const sum = (numbers: number[]): number => numbers.reduce((total, one) => total + one, 0);
  return {
    acknowledged: record.accepted.length,
    delivered: sum(views.map((view) => view.arrivals.length)),
    lost: record.violations('lost'),
    duplicated: record.violations('duplicated'),
    outOfOrder: record.violations('out of order'),
    late: record.violations('late'),
    sessions: sessions.length,
    sessionsLost: record.violations('session lost'),
    repeated: sum(views.map((view) => view.repeated)),
    missed: sum(sessions.map((session) => session.missed)),
    resets: sum(sessions.map((session) => session.resets)),
    rolledBack,
    unkept: [...unkept].filter((one) => !acknowledged.has(one)).length,
    p50: calm[Math.floor(calm.length / 2)] ?? 0,
    p99: calm[Math.floor(calm.length * 0.99)] ?? 0,
  };
}

/** Every acknowledged message is in its room's log, once. Gives how many a Redis that does not promise to keep them may have lost. */
function checkAccepted(record: Record, logs: Map<string, Log>, keeps: Keeps): number {
  const places = new Map<string, string>();
  for (const [room, { ids, texts }] of logs) {
    for (const [place, text] of texts.entries()) {
      const id = ids[place] ?? '';
      const former = text === '' ? undefined : places.get(text);
      if (former !== undefined)
        record.violation('duplicated', `${text} is in the log as ${former} and as ${room} ${id}`);
      places.set(text, `${room} ${id}`);
    }
  }
  const absent = record.accepted.filter(({ room, id, nonce }) => places.get(nonce) !== `${room} ${id}`);
  const excusable = absent.filter(({ room, id }) => keeps === 'most' && isRolledBack(record, room, id));
  for (const one of absent) {
    if (!excusable.includes(one))
      record.violation(
        'lost',
        `acknowledged but not in the log: ${JSON.stringify(one)}, there: ${places.get(one.nonce)}`,
      );
  }
  return excusable.length;
}

/** Whether an event that was delivered may be in no log any more. */
function goneWithRedis(
  record: Record,
  keeps: Keeps,
  acknowledged: ReadonlySet<string>,
): (room: string, id: string) => boolean {
  return (room, id) =>
    keeps !== 'all' && isRolledBack(record, room, id) && (keeps === 'most' || !acknowledged.has(`${room} ${id}`));
}

/** By its time, and in a cluster by whose slot its room was in. */
function isRolledBack(record: Record, room: string, id: string): boolean {
  const at = Number.parseInt(id, 10);
  const key = new Keys(SHARDS).room(room);
  return overlaps(record.faults.filter(({ hits }) => hits?.(key) ?? true).flatMap(lossOf), at, at);
}

/** When what Redis acknowledged may be lost by a fault. A master that hung may still take what waited for it, before it hears that it is none any more. */
function lossOf({ kind, from, to }: FaultWindow): Window[] {
  if (kind === 'redis-kill' || kind === 'all-kill' || kind === 'master-kill')
    return [{ from: from - ROLLBACK, to: from + 100 }];
  return kind === 'master-stop' ? [{ from: from - ROLLBACK, to }] : [];
}

/** A view has every event of the log after its start, in order, up to the end unless its user has gone before. Gives what is in no log any more, as it may. */
function checkView(
  record: Record,
  { name, missed, resets }: Session,
  view: View,
  log: Log,
  isGone: (room: string, id: string) => boolean,
): Set<string> {
  const who = `user ${view.user} (${name}, ${missed} missed, ${resets} resets) in ${view.room}`;
  for (const id of view.outOfOrder) record.violation('out of order', `${who}: ${id} came late`);
  const gone = new Set<string>();
  let place = placeAfter(log, view.start);
  const miss = (to: number): void => {
    if (to > place)
      record.violation(
        'lost',
        `${who}: ${to - place} events from ${log.ids[place]} (${log.texts[place]}) on never came (view from ${view.start} to ${view.last})`,
        to - place,
      );
  };
  for (const { id, text } of view.arrivals) {
    const found = placeAfter(log, id) - 1;
    if (log.ids[found] !== id) {
      if (text === '') continue; // of comings and goings a log keeps only the last ones
      if (isGone(view.room, id)) gone.add(id);
      else record.violation('lost', `${who}: ${id} was delivered and is not in the log`);
      continue;
    }
    miss(found);
    place = found + 1;
  }
  if (!view.ending && !view.closed) miss(log.ids.length);
  checkOnce(record, view, who, gone);
  return gone;
}

/** Private rooms of which one of the two has no event at all, though nothing of its inbox was lost. */
function unheard(sessions: Session[], logs: Map<string, Log>): { room: string; session: Session }[] {
  const byId = new Map(
    sessions.filter((session) => !session.over && !session.hasLost).map((session) => [session.id, session]),
  );
  return [...logs.keys()].flatMap((room) =>
    (privateRoomUsers(room) ?? []).flatMap((id) => {
      const session = byId.get(id);
      return session && !session.views.has(room) ? [{ room, session }] : [];
    }),
  );
}

function checkOnce(record: Record, view: View, who: string, gone: ReadonlySet<string>): void {
  const seen = new Set<string>();
  for (const { id, text } of view.arrivals) {
    if (gone.has(id)) continue; // sent again, with its nonce, since nobody had it any more
    if (text !== '' && seen.has(text)) record.violation('duplicated', `${who}: ${text} came again as ${id}`);
    seen.add(text);
  }
}

/** Notes what was slow, and what was late without a reason. Gives the delays (ms) of the rest. */
function checkDelays(record: Record, views: View[], grace: (kind: FaultKind) => number): number[] {
  const excuses = record.faults.map(({ kind, from, to }) => ({ from, to: to + grace(kind) }));
  const calm: number[] = [];
  for (const view of views) {
    for (const arrival of view.arrivals) {
      const window = spanOf(arrival);
      const delay = window.to - window.from;
      if (
        arrival.repaired ||
        overlaps(view.troubles, window.from, window.to, CATCH_UP) ||
        overlaps(record.stalls, window.from, window.to)
      )
        continue;
      if (delay > SLOW) record.slow.push({ what: `delivery to ${view.user} in ${view.room}`, ...window });
      if (overlaps(excuses, window.from, window.to)) continue;
      calm.push(delay);
      if (delay > LATE) record.violation('late', `user ${view.user} in ${view.room}: ${arrival.id} took ${delay} ms`);
    }
  }
  return calm;
}

function spanOf({ id, at }: Arrival): Window {
  return { from: Number.parseInt(id, 10), to: at };
}

export interface Recovery {
  kind: FaultKind;
  times: number;
  /** Of those that no other fault overlapped. */
  alone: number;
  /** ms that the fault itself lasted, at the middle. */
  lasted: number;
  /** ms from the fault's begin until nothing was slow any more, at the middle and at worst. */
  typical: number;
  worst: number;
  /** What took the longest, at worst. */
  what: string;
}

/** How long each kind of fault had an effect. Only faults that were alone tell. */
export function recoveries(record: Record, grace: (kind: FaultKind) => number): Recovery[] {
  const faults = [...record.faults].sort((a, b) => a.from - b.from);
  const alone = faults.filter(
    (fault) => !faults.some((other) => other !== fault && overlaps([other], fault.from - ALONE, fault.to + ALONE)),
  );
  return [...new Set(faults.map(({ kind }) => kind))].sort().map((kind) => {
    const counted = alone.filter((fault) => fault.kind === kind);
    const effects = counted
      .map((fault) => effectOf(fault, faults, record, grace(fault.kind)))
      .sort((a, b) => a.ms - b.ms);
    const lasted = faults
      .filter((fault) => fault.kind === kind)
      .map(({ from, to }) => to - from)
      .sort((a, b) => a - b);
    return {
      kind,
      times: lasted.length,
      alone: counted.length,
      lasted: lasted[Math.floor(lasted.length / 2)] ?? 0,
      typical: effects[Math.floor(effects.length / 2)]?.ms ?? 0,
      worst: effects.at(-1)?.ms ?? 0,
      what: effects.at(-1)?.what ?? '',
    };
  });
}

/** Until the end of the last slow thing that began while this fault could have an effect, and before the next one. */
function effectOf(
  fault: FaultWindow,
  faults: FaultWindow[],
  { slow }: Record,
  grace: number,
): { ms: number; what: string } {
  const next = faults.find(({ from }) => from > fault.from)?.from ?? Infinity;
  const hit = slow.filter(
    ({ from, to }) => from > fault.from - SLOW && to > fault.from && from < Math.min(next - SLOW, fault.to + grace),
  );
  const last = hit.toSorted((a, b) => a.to - b.to).at(-1);
  return last
    ? { ms: last.to - fault.from, what: `${last.what}, begun ${last.from - fault.from} ms after` }
    : { ms: 0, what: '' };
}

/** What users had whose own slot and whose room's slot a fault of the cluster did not concern, while it lasted. */
export interface OthersDelay {
  kind: FaultKind;
  deliveries: number;
  /** ms from accepted to delivered. */
  p50: number;
  p99: number;
  worst: number;
}

export function othersDelays({ faults, stalls }: Record, sessions: Session[]): OthersDelay[] {
  const keys = new Keys(SHARDS);
  const ofCluster = faults.filter((fault) => fault.hits !== null);
  return [...new Set(ofCluster.map(({ kind }) => kind))].sort().map((kind) => {
    const windows = ofCluster.filter(
      (fault) =>
        fault.kind === kind &&
        faults.every((other) => other === fault || !overlaps([other], fault.from - ALONE, fault.to)),
    );
    const delays = sessions
      .flatMap((session) => session.allViews)
      .flatMap((view) =>
        view.arrivals.flatMap((arrival) => {
          const { from, to } = spanOf(arrival);
          const fault = windows.find((window) => from >= window.from && from <= window.to);
          const concerned = !fault || fault.hits?.(keys.user(view.user)) || fault.hits?.(keys.room(view.room));
          return concerned ||
            arrival.repaired ||
            overlaps(view.troubles, from, to, CATCH_UP) ||
            overlaps(stalls, from, to)
            ? []
            : [to - from];
        }),
      )
      .sort((a, b) => a - b);
    const at = (share: number): number => delays[Math.floor(delays.length * share)] ?? 0;
    return { kind, deliveries: delays.length, p50: at(0.5), p99: at(0.99), worst: delays.at(-1) ?? 0 };
  });
}

/** The latest id of every room is what each open view ends with: nothing more is to come. */
export function isSettled(sessions: Session[], logs: Map<string, Log>): boolean {
  return (
    unheard(sessions, logs).length === 0 &&
    sessions
      .filter((session) => !session.over)
      .every((session) =>
        [...session.views.values()].every((view) => {
          const last = logs.get(view.room)?.ids.at(-1) ?? '0-0';
          return view.ending || view.closed || compareIds(view.last, last) >= 0;
        }),
      )
  );
}
