/** The notes of everybody who takes part in a run. */
import { ERRORS, type ErrorCode } from '../../shared/protocol/errors.js';
import { Refused } from '../support/client.js';
import type { FaultKind } from './plan.js';
import { overlaps, type Window } from './windows.js';

/** A `send` that was answered `ok`. Its text is its nonce, which no other message has. */
export interface Accepted {
  room: string;
  id: string;
  nonce: string;
  /** When the answer came, in ms since 1970. */
  at: number;
}

export interface FaultWindow extends Window {
  kind: FaultKind;
  /** In a cluster: whether it concerns the slot of a key; null before that is known, and where there is none. */
  hits: ((key: string) => boolean) | null;
}

/** An operation that took long until it succeeded. */
export interface Slow extends Window {
  what: string;
}

/** Longer than this (ms) an operation or a delivery takes only for a reason. */
export const SLOW = 500;
/** Examples kept of one kind of violation. */
const EXAMPLES = 5;
/** How long (ms) after a fault connections may fail for it: a request may have waited on one all the while. */
const CONNECTION_GRACE = 8_000;

export class Record {
  readonly accepted: Accepted[] = [];
  /** By room, how often its value `sum` was added to. */
  readonly added = new Map<string, number>();
  /** By room and id of the message, the text of each edit that was answered. */
  readonly edited = new Map<string, string>();
  /** The reactions that were answered: `message` is its room and id. */
  readonly reacted: { message: string; user: number }[] = [];
  readonly faults: FaultWindow[] = [];
  readonly slow: Slow[] = [];
  /** Times at which this very process, or Redis, got no time: what was slow then says nothing about the chat. */
  readonly stalls: Window[] = [];
  /** How often each operation was refused with which code, or how its connection failed. */
  readonly failures = new Map<string, number>();
  readonly #violations = new Map<string, string[]>();
  readonly #counts = new Map<string, number>();

  /** Something that must not be. `kind` says what, in a few words; `detail` gives the case. */
  violation(kind: string, detail: string, times = 1): void {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + times);
    const examples = this.#violations.get(kind) ?? [];
    if (examples.length < EXAMPLES) examples.push(detail);
    this.#violations.set(kind, examples);
  }

  violations(kind: string): number {
    return this.#counts.get(kind) ?? 0;
  }

  /** `kind: times: an example` for each kind, with more examples in further lines. */
  describeViolations(): string[] {
    return [...this.#violations].map(
      ([kind, examples]) => `${kind}: ${this.violations(kind)}\n${examples.map((one) => `    ${one}`).join('\n')}`,
    );
  }

  beginFault(kind: FaultKind): FaultWindow {
    const window: FaultWindow = { kind, from: Date.now(), to: Infinity, hits: null };
    this.faults.push(window);
    return window;
  }

  /** An attempt that failed; `expected` are codes that need no excuse here. */
  failure(op: string, error: unknown, began: number, expected: readonly ErrorCode[]): void {
    const code = error instanceof Refused ? error.failure.code : connectionFailure(error);
    this.failures.set(`${op} ${code}`, (this.failures.get(`${op} ${code}`) ?? 0) + 1);
    if (error instanceof Refused && expected.includes(error.failure.code)) return;
    const passes = error instanceof Refused ? ERRORS[error.failure.code].retry : CONNECTION.test(code);
    const excused = passes && overlaps([...this.faults, ...this.stalls], began, Date.now(), CONNECTION_GRACE);
    if (!excused)
      this.violation(
        `unexpected failure of ${op}`,
        `${code} ${error instanceof Error ? error.message : String(error)}`,
      );
  }
}

const CONNECTION = /^(ECONN|EPIPE|timeout)/;

function connectionFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'AbortError') return 'timeout';
  return 'code' in error ? String(error.code) : error.message;
}
