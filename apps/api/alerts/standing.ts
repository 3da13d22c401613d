/** An alert from its beginning to its end: when the host is told. */

/** How often an alert that goes on is told again. */
export const REPEAT_MS = 6 * 3_600_000;

/** An alert that has begun. Times are ms since 1970; 0: not yet. */
export interface Standing {
  since: number;
  /** When the host was told last. */
  toldAt: number;
  /** Since when all is well again. */
  wellSince: number;
}

export interface AlertTimes {
  /** For how long something must be wrong before the host is told. */
  afterMs: number;
  /** For how long all must be well before it is over. A Redis that comes and goes is one alert. */
  overMs: number;
}

/** The news for the host, and how the alert stands once they are told. `next` null: it is over. */
export interface Step {
  tell: 'begun' | 'goes on' | 'over' | null;
  next: Standing | null;
}

/** Returns the next step of an alert. `before` null: it has not begun. */
export function nextStep(before: Standing | null, isWrong: boolean, now: number, times: AlertTimes): Step {
  if (isWrong) return stepWhileWrong(before ?? { since: now, toldAt: 0, wellSince: 0 }, now, times);
  if (before === null || before.toldAt === 0) return { tell: null, next: null };
  const wellSince = before.wellSince || now;
  if (now - wellSince < times.overMs) return { tell: null, next: { ...before, wellSince } };
  return { tell: 'over', next: null };
}

function stepWhileWrong(before: Standing, now: number, { afterMs }: AlertTimes): Step {
  const standing = { ...before, wellSince: 0 };
  const told = { ...standing, toldAt: now };
  if (before.toldAt === 0 && now - before.since >= afterMs) return { tell: 'begun', next: told };
  if (before.toldAt > 0 && now - before.toldAt >= REPEAT_MS) return { tell: 'goes on', next: told };
  return { tell: null, next: standing };
}
