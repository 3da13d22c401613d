/** Sums up the results of one scenario. */

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
  /** Attempts that failed and were repeated. */
  failed: number;
  /** The longest time in which nobody got a message. */
  silenceMs: number;
  /** Times from acceptance to delivery: median, 99th percentile, longest. */
  p50Ms: number;
  p99Ms: number;
  longestMs: number;
  violations: string[];
}

/** Expected refusals: after leaving, for a name that is taken, and of the older of two polls. */
const EXPECTED = / (unauthorized|name_taken|superseded|no_such_user|not_in_room)$/;

/** Returns the results of a scenario. `logs` are the logs of all rooms. */
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
  const failed = [...record.failures].reduce((sum, [what, count]) => (EXPECTED.test(what) ? sum : sum + count), 0);
  return {
    acknowledged,
    delivered,
    lost,
    doubled: duplicated,
    outOfOrder,
    sessionsLost,
    failed,
    silenceMs: Math.max(0, ...times.slice(1).map((time, place) => time - (times[place] ?? time))),
    p50Ms: delays[Math.floor(delays.length / 2)] ?? 0,
    p99Ms: delays[Math.floor(delays.length * 0.99)] ?? 0,
    longestMs: delays.at(-1) ?? 0,
    violations: record.describeViolations(),
  };
}
