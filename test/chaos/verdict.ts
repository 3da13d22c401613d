/** Holds what every client has seen against the rooms' logs. */
import { compareIds, privateRoomUsers } from '../../shared/protocol/events.js';
import { Keys } from '../../shared/store/keys.js';
import { type Log, placeAfter } from './logs.js';
import { type FaultKind, SHARDS } from './plan.js';
import { type FaultWindow, type Record, SLOW } from './record.js';
import type { Session } from './session.js';
import { CATCH_UP, spanOf, type View } from './view.js';
import { overlaps, type Window } from './windows.js';

/** More than this (ms) from accepted to delivered is late, unless a fault or the client itself is the reason. */
const LATE = 2_000;
/** An everysec Redis that is killed while the disk is slow may lose this much (ms). */
const ROLLBACK = 2_500;

/** Redis keeps this when it dies: everything, all writes that REDIS_WAIT covers, or all but its last moments. */
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

/**
 * Judges a run; what must not be goes to the record's violations. `grace`: ms that each kind of fault may have an
 * effect.
 */
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

/**
 * Every acknowledged message is in its room's log, once. Gives how many a Redis that does not promise to keep them may
 * have lost.
 */
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

/**
 * When what Redis acknowledged may be lost by a fault. A master that hung may still take what waited for it, before it
 * hears that it is none any more.
 */
function lossOf({ kind, from, to }: FaultWindow): Window[] {
  if (kind === 'redis-kill' || kind === 'all-kill' || kind === 'master-kill')
    return [{ from: from - ROLLBACK, to: from + 100 }];
  return kind === 'master-stop' ? [{ from: from - ROLLBACK, to }] : [];
}

/**
 * A view has every event of the log after its start, in order, up to the end unless its user has gone before. Gives
 * what is in no log any more, as it may.
 */
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
    for (const arrival of view.arrivals.filter(({ repaired }) => !repaired)) {
      const window = spanOf(arrival);
      const delay = window.to - window.from;
      if (isDelayed(view, record.stalls, window)) continue;
      if (delay > SLOW) record.slow.push({ what: `delivery to ${view.user} in ${view.room}`, ...window });
      if (overlaps(excuses, window.from, window.to)) continue;
      calm.push(delay);
      if (delay > LATE) record.violation('late', `user ${view.user} in ${view.room}: ${arrival.id} took ${delay} ms`);
    }
  }
  return calm;
}

/** The client itself, or the machine, got no time then. */
function isDelayed(view: View, stalls: Window[], { from, to }: Window): boolean {
  return overlaps(view.troubles, from, to, CATCH_UP) || overlaps(stalls, from, to);
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
