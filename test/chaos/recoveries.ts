/** How long faults had an effect, on those that they hit and on the others. */
import { Keys } from '../../shared/store/keys.js';
import { type FaultKind, SHARDS } from './plan.js';
import { type FaultWindow, type Record, SLOW } from './record.js';
import type { Session } from './session.js';
import { CATCH_UP, spanOf } from './view.js';
import { overlaps } from './windows.js';

/** A fault that has so long (ms) before and after it for itself tells how long its kind has an effect. */
const ALONE = 1_500;

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
  /** The call that took the longest, at worst. */
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

/** The delays of users during a fault of the cluster that concerned neither their own slot nor their room's slot. */
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
