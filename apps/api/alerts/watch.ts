/**
 * Watches the chat, and tells the host by a web hook or mail when something goes wrong, goes on, or is over. A process
 * of each machine watches Redis, and while Redis is there, one process of them all watches the rest.
 */
import { hostname } from 'node:os';
import { type Alert, type AlertConfig, sendAlert } from '../../../shared/alerts/send.js';
import type { Logger } from '../../../shared/log.js';
import type { Metrics } from '../../../shared/metrics/metrics.js';
import type { Availability } from '../../../shared/redis/availability.js';
import type { Store } from '../../../shared/store/store.js';
import { FactReader } from './facts.js';
import { type AlertName, problemsIn, redisProblem, TITLES } from './problems.js';
import { nextStep, type Standing, type Step } from './standing.js';
import { Telling } from './telling.js';
import { ChatTurn, MachineTurn, type Standings, type Turn } from './turns.js';

/** How often it looks, unless the host wants to know sooner. */
const LOOK_EVERY_MS = 10_000;
/** Looks within `ALERT_AFTER`. */
const LOOKS_COUNT = 5;
/** How much longer than `ALERT_AFTER` all must be well before an alert is over. */
const OVER_FACTOR = 3;
/** A process that has not looked for so many times has lost its turn. */
const LEASE_LOOKS_COUNT = 4;

interface WatchParts {
  config: AlertConfig & { alertAfter: number; port: number };
  availability: Pick<Availability, 'check'>;
  facts: FactReader;
  /** The turn of this machine, and that of the chat. */
  turns: { machine: Turn; chat: Turn };
  telling: Telling;
  log: Logger;
}

/** Returns the time between two looks, and for how long a turn lasts without one, in ms. */
function lookTimes({ alertAfter }: { alertAfter: number }): { everyMs: number; leaseMs: number } {
  const everyMs = Math.min(LOOK_EVERY_MS, (alertAfter * 1_000) / LOOKS_COUNT);
  return { everyMs, leaseMs: everyMs * LEASE_LOOKS_COUNT };
}

export class Watch {
  readonly #parts: WatchParts;
  readonly #times: { afterMs: number; overMs: number };
  #looking = false;
  /** Ways that failed last, so that the log has one line for each failure. */
  readonly #failing = new Set<string>();

  constructor(parts: WatchParts) {
    this.#parts = parts;
    const afterMs = parts.config.alertAfter * 1_000;
    this.#times = { afterMs, overMs: afterMs * OVER_FACTOR };
  }

  /** Watches until the process ends. */
  start(): void {
    setInterval(() => void this.look(), lookTimes(this.#parts.config).everyMs).unref();
  }

  /** Looks once, if it is this process's turn. Never rejects. */
  async look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      await this.#lookAtAll();
    } catch (error) {
      this.#parts.log.debug({ error }, 'could not look for alerts'); // Redis went away meanwhile: the next look sees it
    } finally {
      this.#looking = false;
    }
  }

  async #lookAtAll(): Promise<void> {
    const { availability, config, facts, turns } = this.#parts;
    const ofMachine = await turns.machine.take();
    if (ofMachine === null) return;
    const reason = await availability.check();
    const redis = reason === null ? null : redisProblem(reason);
    // while Redis is away, nothing but the turn keeps two processes from telling that
    const machine = redis === null ? `${hostname()}:${config.port}` : null;
    await turns.machine.keep(await this.#step(ofMachine, { redis }, machine));
    const ofChat = reason === null ? await turns.chat.take() : null;
    if (ofChat === null) return facts.forget();
    const now = await this.#step(ofChat, problemsIn(await facts.read()), 'chat');
    if (JSON.stringify(now) !== JSON.stringify(ofChat)) await turns.chat.keep(now);
  }

  /**
   * Tells the host what there is to tell. Resolves with how the alerts stand now. `place`: where they are the same for
   * several processes, of which one tells; null: this one tells in any case.
   */
  async #step(before: Standings, problems: Partial<Record<AlertName, string | null>>, place: string | null) {
    const after: Standings = { ...before };
    for (const [name, problem] of Object.entries(problems) as [AlertName, string | null][]) {
      const standing = before[name] ?? null;
      const step = nextStep(standing, problem !== null, Date.now(), this.#times);
      const isTold = step.tell === null || (await this.#tell(alertOf(name, step, standing, problem), place));
      if (!isTold) continue; // the next look tries again
      if (step.next === null) delete after[name];
      else after[name] = step.next;
    }
    return after;
  }

  #tell(alert: Alert, place: string | null): Promise<boolean> {
    const { name, since, state } = alert;
    if (place === null) return this.#send(alert);
    return this.#parts.telling.once(`${place}:${name}:${since}:${state}`, () => this.#send(alert));
  }

  /** Resolves with whether at least one way has taken it. */
  async #send(alert: Alert): Promise<boolean> {
    const { config, log } = this.#parts;
    const results = await sendAlert(config, alert);
    for (const { to, failure } of results) {
      if (failure !== null && !this.#failing.has(to)) log.error({ reason: failure }, `no alert can be sent to ${to}`);
      this.#failing[failure === null ? 'delete' : 'add'](to);
    }
    return results.some(({ failure }) => failure === null);
  }
}

/** Lets this process take its turn in watching, until it ends. */
export function startWatch(store: Store, metrics: Metrics, availability: Availability, log: Logger): void {
  const { config, redis } = store;
  const { name } = metrics.own;
  const { leaseMs } = lookTimes(config);
  const turns = { machine: new MachineTurn(config.port, name, leaseMs), chat: new ChatTurn(store, name, leaseMs) };
  const facts = new FactReader(redis, metrics);
  new Watch({ config, availability, facts, turns, telling: new Telling(store), log }).start();
}

function alertOf(name: AlertName, { tell, next }: Step, before: Standing | null, problem: string | null): Alert {
  const since = (next ?? before)?.since ?? Date.now();
  const text =
    problem === null
      ? `This is over after ${durationText((before?.wellSince || Date.now()) - since)}.`
      : `${problem} The host's page is /admin.`;
  const subject = `Chat on ${hostname()}: ${tell === 'begun' ? '' : `${tell}: `}${TITLES[name]}`;
  return { name, state: tell ?? 'begun', since, subject, text: `${subject}. ${text}` };
}

function durationText(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 1) return `${Math.max(1, Math.round(ms / 1_000))} s`;
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}
