/** Which faults are made when: all of it follows from the seed. */
import type { Random } from './random.js';

export const FAULTS = [
  'api-kill',
  'worker-kill',
  'redis-kill',
  'api-stop',
  'worker-stop',
  'redis-stop',
  'drop-normal',
  'drop-pubsub',
  'api-reload',
  'worker-reload',
  'all-kill',
] as const;
/** The faults of a cluster, beside those of the chat's own processes. */
export const CLUSTER_FAULTS = ['master-kill', 'master-stop', 'master-failover', 'slots-move', 'node-change'] as const;
export type FaultKind = (typeof FAULTS)[number] | (typeof CLUSTER_FAULTS)[number];
/** Shards of a cluster, as the chat has them by default. */
export const SHARDS = 64;
/** Faults of the one Redis, which a cluster does not have as a whole. */
const OF_ONE_REDIS = ['redis-kill', 'redis-stop', 'all-kill'];

/** The faults that there are with one Redis, or with a cluster. */
export function faultsOf(redis: 'one' | 'cluster'): FaultKind[] {
  return redis === 'one' ? [...FAULTS] : [...FAULTS.filter((kind) => !OF_ONE_REDIS.includes(kind)), ...CLUSTER_FAULTS];
}

export interface PlannedFault {
  kind: FaultKind;
  /** ms from the start. */
  at: number;
  /** ms a killed process stays away, or a stopped one stopped. */
  lasts: number;
  /** Which of the processes, counted around. */
  target: number;
}

/** Mean time (ms) from one fault's begin to the next, where there is time for it: some overlap, most do not. */
const STEP = 4_000;
/** After every kind has come once, nothing for so many steps: what is late then has no excuse. */
const CALM = 5;

/** Every kind once, shuffled, then a calm, then again, for `ms`; each kind at least once however short that is. */
export function planFaults(kinds: readonly FaultKind[], ms: number, random: Random): PlannedFault[] {
  const planned: PlannedFault[] = [];
  const step = Math.min(STEP, ms / (kinds.length + 1));
  for (let at = step / 2, round = 1; kinds.length > 0 && at < ms; at += CALM * step, round += 1) {
    for (const kind of random.shuffled(kinds)) {
      if (at >= ms && round > 1) break;
      planned.push({
        kind,
        at: Math.round(at),
        lasts: Math.round(lasting(kind, step, random)),
        target: Math.floor(random.between(0, 1_000)),
      });
      at += random.between(0.4, 1.6) * step;
    }
  }
  return planned;
}

function lasting(kind: FaultKind, step: number, random: Random): number {
  if (kind.endsWith('-kill')) return random.between(100, Math.min(2_000, step));
  if (kind.endsWith('-stop')) return random.between(1_000, Math.min(5_000, Math.max(1_500, step * 1.25)));
  return 0;
}
