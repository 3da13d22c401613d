/** The messages between the processes of a hostile run. */
export type Phase = 'quiet' | 'attack';

export interface HonestOrder {
  urls: string[];
  rooms: number;
  users: number;
  /** Messages a second, of all together. */
  rate: number;
}

export interface Times {
  deliveries: number;
  p50: number;
  p99: number;
  worst: number;
}

export interface HonestReport {
  quiet: Times;
  attack: Times;
  accepted: number;
  /** Not received a minute after the last message. */
  lost: number;
  doubled: number;
  disordered: number;
  /** Events that inboxes lost to their bounds. */
  missed: number;
  /** ms from the last message until all was received. */
  settled: number;
  /** Times that a call of an honest user was refused or failed, by `operation code`. */
  refusals: Record<string, number>;
}

export interface AttackOrder {
  /** Requests a second, of all attacks together. */
  rate: number;
  /** Different worthless tokens to try. */
  guesses: number;
  seconds: number;
}

/** The work of a page that takes more than its share. */
export interface HeavyOrder {
  ports: number[];
  users: number;
  /** Messages a second. */
  rate: number;
}

export interface HeavyReport {
  deliveries: number;
  answers: number;
  /** Refused calls, by operation, code and reason. */
  refusals: Record<string, number>;
}

/** By attack: how often each outcome came. */
export type AttackReport = Record<string, Record<string, number>>;

export function tell(message: object): void {
  process.send?.(message);
}

/** Adds to counts by name. */
export function count(counts: Record<string, number>, name: string, more = 1): void {
  counts[name] = (counts[name] ?? 0) + more;
}
