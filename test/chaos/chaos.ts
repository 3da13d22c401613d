/** One run: the whole system, people who use it, faults by the plan; then everything settles and is judged. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { RedisClient } from '../../shared/redis/client.js';
import { openRedis } from '../support/redis.js';
import { until } from '../support/until.js';
import { checkEdits } from './edits.js';
import { makeFault } from './faults.js';
import { readLogs } from './logs.js';
import type { ChaosOptions } from './options.js';
import { type Crowd, Person } from './person.js';
import { type FaultKind, type PlannedFault, planFaults } from './plan.js';
import { Random } from './random.js';
import { checkReactions } from './reactions.js';
import { Record } from './record.js';
import { type OthersDelay, othersDelays, type Recovery, recoveries } from './recoveries.js';
import { checkUsage, heldPolls, strayKeys, usageOf } from './remains.js';
import { checkRosters } from './rosters.js';
import { Site } from './site.js';
import { checkValues } from './values.js';
import { isSettled, judge, type Keeps, type Verdict } from './verdict.js';
import { overlaps } from './windows.js';

export interface Report {
  options: ChaosOptions;
  verdict: Verdict;
  recoveries: Recovery[];
  others: OthersDelay[];
  /** How long (ms) this process or Redis got no time, each time that no fault was the reason. */
  stalls: number[];
  /** ms from the last message until every view was complete. */
  settled: number;
  /** `operation code: times`. */
  failures: Map<string, number>;
  usage: string[];
  /** Faults of the plan that found nothing free to hit. */
  skipped: number;
  violations: string[];
}

type Say = (text: string) => void;

/** Traffic without faults at the end of a run, as a part of it, and at most (ms). */
const CALM = 0.15;
const CALM_MAX = 10_000;
const SETTLE = 30_000;
/** While traffic runs nobody is stale: clients that are silent on purpose come back. */
const USER_TTL = 120;
/** At the end those who have just gone are. */
const SHORT_TTL = 2;
const EMPTY = 30_000;
/** Small, so that who is silent for long loses events and has to read them back; the logs keep everything. */
const INBOX_MAX = 120;
const HISTORY = 100_000;
/**
 * With the live way open few connections wait, and the pool shall be used up at times. Else each held poll needs one.
 */
const POOL = { on: 16, off: 128 };
/**
 * How often (ms) it is looked whether this process and Redis get their time, and how much more than that is a stall.
 */
const PULSE = 50;
const STALL = 300;

/**
 * How long (ms) after its end a fault may have an effect. A worker's job is taken up by another after lock and stalled
 * interval (5 s each); a sweep that stopped with its worker is one. Everything else is back within 3 s.
 */
export function graceOf(kind: FaultKind): number {
  return kind === 'worker-kill' || kind === 'worker-stop' || kind === 'all-kill' ? 11_000 : 3_000;
}

export async function runChaos(options: ChaosOptions, say: Say = () => undefined): Promise<Report> {
  const record = new Record();
  const settings = {
    LIVE: options.live,
    POLL_CONNECTIONS: POOL[options.live],
    RATE_LIMITS: 'off',
    USER_TTL,
    HISTORY,
    INBOX_MAX,
    LOG_LEVEL: 'info',
    REDIS_WAIT: options.wait,
  };
  const site = await Site.open(options, settings, (what) => record.violation('a process broke down', what));
  const redis = openRedis(site.redis.url);
  redis.on('error', () => undefined); // it is killed now and then
  const pulse = watchPulse(record, redis);
  try {
    return await new Run(options, record, site, redis, say).all();
  } finally {
    clearInterval(pulse);
    redis.disconnect();
    await site.close();
  }
}

class Run {
  readonly #crowd: Crowd;
  readonly #people: Person[];
  readonly #plan: PlannedFault[];
  #skipped = 0;

  constructor(
    readonly options: ChaosOptions,
    readonly record: Record,
    readonly site: Site,
    readonly redis: RedisClient,
    readonly say: Say,
  ) {
    const random = new Random(options.seed);
    const { faults, habits, seconds, users } = options;
    this.#plan = planFaults(faults, seconds * 1_000 * (1 - CALM), random);
    const rooms = Array.from({ length: options.rooms }, (_, number) => `chaos-${number}`);
    this.#crowd = { record, rooms, habits, longest: seconds * 250, sessions: [] };
    this.#people = Array.from(
      { length: users },
      (_, number) => new Person(number, this.#crowd, () => site.urls, new Random(options.seed + number + 1)),
    );
  }

  async all(): Promise<Report> {
    const { options, record, site } = this;
    const fresh = await this.#freshUsage();
    await this.#traffic();
    const settled = await this.#settle();
    const logs = await readLogs(this.redis);
    await checkRosters(this.redis, record, this.#crowd.sessions);
    await checkValues(this.redis, record, this.#crowd.sessions, keepsOf(options) === 'all');
    if (keepsOf(options) === 'all') {
      await checkEdits(this.redis, record, this.#crowd.sessions);
      await checkReactions(this.redis, record, this.#crowd.sessions);
    }
    const verdict = judge(record, this.#crowd.sessions, logs, keepsOf(options), graceOf);
    await this.#empty();
    const usage = await checkUsage(record, site, fresh, POOL[options.live]);
    return {
      options,
      verdict,
      stalls: stallsWithoutFault(record),
      recoveries: recoveries(record, graceOf),
      others: othersDelays(record, this.#crowd.sessions),
      settled,
      failures: record.failures,
      usage,
      skipped: this.#skipped,
      violations: record.describeViolations(),
    };
  }

  async #freshUsage() {
    const {
      apis: [api],
      workers: [worker],
      redis,
    } = this.site;
    return {
      api: api ? await usageOf(api.current.pid, redis.ports) : null,
      worker: worker ? await usageOf(worker.current.pid, redis.ports) : null,
    };
  }

  /** Everybody talks, faults are made, and at the end none for a while. */
  async #traffic(): Promise<void> {
    const { seconds, rate, users } = this.options;
    const began = Date.now();
    for (const person of this.#people) person.talk((users * 1_000) / rate);
    const faults = this.#plan.map((fault) => this.#makeAt(began + fault.at, fault));
    await Promise.all(faults);
    await sleep(began + seconds * 1_000 - Date.now());
    await sleep(Math.min(CALM_MAX, seconds * 1_000 * CALM));
    await Promise.all(this.#people.map((person) => person.beQuiet()));
  }

  async #makeAt(time: number, fault: PlannedFault): Promise<void> {
    await sleep(Math.max(0, time - Date.now()));
    const window = this.record.beginFault(fault.kind);
    try {
      const made = await makeFault(this.site, fault, (hits) => (window.hits = hits));
      if (!made) this.#skip(window);
      this.say(`${fault.kind} ${made ? `lasted ${Date.now() - window.from} ms` : 'found nothing free to hit'}`);
    } catch (error) {
      this.record.violation('the system did not bear a fault', `${fault.kind}: ${String(error)}`);
    }
    window.to = Date.now();
  }

  #skip(window: Record['faults'][number]): void {
    this.#skipped += 1;
    this.record.faults.splice(this.record.faults.indexOf(window), 1);
  }

  async #settle(): Promise<number> {
    const began = Date.now();
    const check = async (): Promise<boolean> => isSettled(this.#crowd.sessions, await readLogs(this.redis));
    await until(check, 'every view is complete', SETTLE).catch((error: unknown) =>
      this.record.violation('did not settle', String(error)),
    );
    return Date.now() - began;
  }

  /** Half of all leave, the others just go and become stale; then nothing of them may be left. */
  async #empty(): Promise<void> {
    await Promise.all(this.#people.map((person, number) => person.go(number % 2 === 0)));
    await this.redis.del('expiry'); // the gaps that faults made would let expiry wait for the long USER_TTL
    const wasUpgrade = this.site.endUpgrade();
    await this.site.replaceWorkers({ USER_TTL: SHORT_TTL });
    const isEmpty = async (): Promise<boolean> =>
      (await strayKeys(this.redis)).length === 0 && (await heldPolls(this.redis)) === 0;
    if (wasUpgrade && !(await until(isEmpty, 'nothing is left', EMPTY).catch(() => false)))
      await this.site.replaceWorkers({ USER_TTL: SHORT_TTL }); // a worker repairs what former processes left
    await until(isEmpty, 'nothing is left', EMPTY).catch(async () => {
      for (const key of await strayKeys(this.redis)) this.record.violation('left in Redis', key);
      const held = await heldPolls(this.redis);
      if (held > 0) this.record.violation('polls or mirrors left', String(held));
    });
  }
}

function keepsOf({ redis, wait, fsync }: ChaosOptions): Keeps {
  if (redis === 'cluster') return wait > 0 ? 'answered' : 'most';
  return fsync === 'always' ? 'all' : 'most';
}

function stallsWithoutFault({ stalls, faults }: Record): number[] {
  return stalls
    .filter(({ from, to }) => !overlaps(faults, from, to))
    .map(({ from, to }) => to - from)
    .sort((a, b) => a - b);
}

/**
 * Notes when this process got no time, or Redis answered nobody: a disk that takes seconds for an fsync holds it up,
 * too.
 */
function watchPulse(record: Record, redis: RedisClient): NodeJS.Timeout {
  let last = Date.now();
  let asked = 0;
  const note = (from: number): void => {
    if (Date.now() - from > PULSE + STALL) record.stalls.push({ from, to: Date.now() });
  };
  return setInterval(() => {
    note(last);
    last = Date.now();
    if (asked > 0 || redis.isCluster) return; // of a cluster, who would be asked may be away
    asked = last;
    redis
      .ping()
      .then(
        () => note(asked),
        () => undefined,
      )
      .finally(() => (asked = 0)); // it fails at the end only
  }, PULSE);
}
