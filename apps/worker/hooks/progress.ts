/** How a hook goes on after it has sent something, or failed to. */
import type { HookPosition, HookState, HookStep, HookWork } from '../../../shared/store/hooks-out.js';
import type { Batch } from './batch.js';
import type { Outcome } from './send.js';

/**
 * Between two letters of a hook. Messages of that time go together, so a busy room is one letter a second for its
 * receiver, which has not asked for more.
 */
const PACE_MS = 1_000;
/** Pauses after failures. A receiver that was away for ten minutes has everything after ten more at most. */
const PAUSES_MS = [5_000, 15_000, 45_000, 135_000, 300_000, 600_000];
/** A part of each pause is by chance, so that the hooks of one receiver do not all come back at once. */
const JITTER_RATIO = 0.1;
/** A message that was refused so often in a row is given up: the receiver will not change its mind. */
const REFUSALS_MAX = 5;
/** A hook that has failed for so long ends. Its owner can let it go on. */
const DEAD_MS = 3 * 86_400_000;

/** A receiver that takes longer is slow. */
const SLOW_MS = 2_000;

/** Whether a hook has sent something in time, and not failed since. */
export const isProven = ({ sentAt, slow, fails }: HookState): boolean => sentAt !== undefined && !slow && !fails;

/** Returns the next step of a hook that had nothing to send. */
export function skipped({ state, end }: HookWork, { missed }: Batch): HookStep {
  return { position: end, state: withMissed(state, missed), pause: null, audit: firstMissed(state, missed) };
}

/** The outcome of a letter. */
interface Sent {
  outcome: Outcome;
  /** How many messages of the batch it has. */
  count: number;
  /** How long it took. */
  ms: number;
}

/** Returns the next step after a letter was sent, or failed. `now`: when it was begun, in ms since 1970. */
export function settled(work: HookWork, batch: Batch, { outcome, count, ms }: Sent, now: number): HookStep {
  const { state } = work;
  if (outcome.kind === 'sent') {
    const { missed, untold = 0 } = withMissed(state, batch.missed);
    return {
      position: batch.positions[count - 1] as HookPosition,
      state: { sentAt: now, ...(ms > SLOW_MS && { slow: true as const }), ...(missed && { missed }) },
      pause: PACE_MS,
      audit: untold > 0 ? { missed: untold } : undefined,
    };
  }
  const refusals = outcome.kind === 'refused' ? (state.refusals ?? 0) + 1 : 0;
  const isGivenUp = refusals >= REFUSALS_MAX;
  const missed = batch.missed + (isGivenUp ? 1 : 0);
  const fails = (state.fails ?? 0) + 1;
  const failingSince = state.failingSince ?? now;
  const ended = endOf(outcome, now - failingSince);
  const next: HookState = {
    ...withMissed(state, missed),
    fails,
    refusals,
    failingSince,
    error: { at: now, message: outcome.message },
    ...(ended && { ended }),
  };
  return {
    position: (isGivenUp ? batch.positions[0] : batch.from) as HookPosition,
    state: next,
    pause: pauseAfter(fails, outcome),
    audit: ended ? { ended, ...(next.untold && { missed: next.untold }) } : firstMissed(state, missed),
  };
}

/** Counts messages that are given up. */
function withMissed(state: HookState, missed: number): HookState {
  if (missed === 0) return state;
  return { ...state, missed: (state.missed ?? 0) + missed, untold: (state.untold ?? 0) + missed };
}

/** The audit log, which keeps a hundred entries, gets one when messages are given up first, and one with their sum. */
const firstMissed = ({ untold }: HookState, missed: number): HookStep['audit'] =>
  missed > 0 && !untold ? { missed } : undefined;

function endOf({ kind }: Outcome, failingMs: number): HookState['ended'] {
  if (kind === 'gone') return 'gone';
  return failingMs > DEAD_MS ? 'dead' : undefined;
}

function pauseAfter(fails: number, outcome: Outcome): number {
  const usual = PAUSES_MS[Math.min(fails, PAUSES_MS.length) - 1] as number;
  const asked = outcome.kind === 'failed' ? (outcome.retryAfterMs ?? 0) : 0;
  return Math.round(Math.max(usual, asked) * (1 + Math.random() * JITTER_RATIO));
}
