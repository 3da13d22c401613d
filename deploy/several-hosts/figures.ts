/** What one scenario came to. */

import type { Log } from '../../test/chaos/logs.js';
import type { Record } from '../../test/chaos/record.js';
import type { Session } from '../../test/chaos/session.js';
import { judge } from '../../test/chaos/verdict.js';

export interface Figures {
  acknowledged: number;
  delivered: number;
  lost: number;
  doubled: number;
  outOfOrder: number;
  sessionsLost: number;
  /** Attempts that failed, and were repeated. */
  failed: number;
  /** The longest time (ms) in which nobody got anything. */
  silence: number;
  /** ms from accepted to delivered: half of all, 99 of 100, the longest. */
  p50: number;
  p99: number;
  longest: number;
  violations: string[];
}

/** Refusals that are right: after leaving, of a name that is taken, of the older of two polls. */
const RIGHT = / (unauthorized|name_taken|superseded|no_such_user|not_in_room)$/;

export function figuresOf(record: Record, sessions: Session[], logs: Map<string, Log>): Figures {
  const { acknowledged, delivered, lost, duplicated, outOfOrder, sessionsLost } = judge(
    record,
    sessions,
    logs,
    'all',
    () => 0,
  );
  const arrivals = sessions.flatMap((session) => session.allViews).flatMap((view) => view.arrivals);
  const delays = arrivals.map(({ id, at }) => at - Number.parseInt(id, 10)).sort((a, b) => a - b);
  const times = arrivals.map(({ at }) => at).sort((a, b) => a - b);
  const failed = [...record.failures].reduce((sum, [what, count]) => (RIGHT.test(what) ? sum : sum + count), 0);
  return {
    acknowledged,
    delivered,
    lost,
    doubled: duplicated,
    outOfOrder,
    sessionsLost,
    failed,
    silence: Math.max(0, ...times.slice(1).map((time, place) => time - (times[place] ?? time))),
    p50: delays[Math.floor(delays.length / 2)] ?? 0,
    p99: delays[Math.floor(delays.length * 0.99)] ?? 0,
    longest: delays.at(-1) ?? 0,
    violations: record.describeViolations(),
  };
}
