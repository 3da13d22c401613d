/**
 * Outgoing hooks in a worker. A job says "look at this hook", not "send this message": the room's log says what there
 * is to send. So a job that is lost costs nothing, and a dead receiver has one job now and then, however much is said.
 */
import type { Queue } from 'bullmq';
import { Reach } from '../../../shared/hooks/networks.js';
import type { HookJob } from '../../../shared/queues.js';
import { redisTime } from '../../../shared/redis/time.js';
import { dueHooks, type HookWork, readHookWork, settleHook } from '../../../shared/store/hooks-out.js';
import type { Store } from '../../../shared/store/store.js';
import { nextBatch } from './batch.js';
import { letterOf } from './letter.js';
import { isProven, settled, skipped } from './progress.js';
import { type Sending, send } from './send.js';

/** How often it looks for hooks that are due. Usually fan-out tells of them at once. */
const SWEEP_EVERY_MS = 1_000;
/** Hooks that a worker serves at a time: each waits for its receiver most of the time. */
export const HOOKS_CONCURRENT_MAX = 32;
/** Letters under way to one host: a slow one must not keep the others waiting. */
const HOST_LETTERS_MAX = 4;
/**
 * Letters under way of hooks that are new, slow or failing. A stranger can make many, each with a host of its own, and
 * must not keep those waiting that work.
 */
const UNPROVEN_LETTERS_MAX = HOOKS_CONCURRENT_MAX / 2;
/** Stands for hooks that are not proven, among the hosts. No host has this name. */
const UNPROVEN = '';
/** How soon a hook is looked at again whose receiver is busy with others, at most. */
const BUSY_MS = 5_000;

/** Counts letters by what became of them, and messages that were given up. */
type CountHooks = (outcome: 'sent' | 'failed' | 'refused' | 'gone' | 'given_up', count: number) => void;

/** The parts that hooks work with. `failed` takes errors: the next look tries again. */
interface HookParts {
  queue: Pick<Queue<HookJob>, 'add'>;
  count: CountHooks;
  failed: (error: unknown) => void;
  sending?: Omit<Sending, 'reach'>;
}

export class Hooks {
  readonly #store: Store;
  readonly #parts: HookParts;
  readonly #sending: Sending;
  /** By host, and in all of hooks that are not proven, the letters under way. */
  readonly #underWay = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(store: Store, parts: HookParts) {
    this.#store = store;
    this.#parts = parts;
    this.#sending = { reach: new Reach(store.config.hooksOutNetworks), ...parts.sending };
  }

  start(): void {
    this.#timer = setInterval(() => void this.sweep().catch(this.#parts.failed), SWEEP_EVERY_MS);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** Adds a job for a hook, unless one waits or is under way. If it is lost, the sweep adds it again. */
  request(room: string, id: string): void {
    this.#parts.queue
      .add('send', { room, id }, { deduplication: { id: `${room} ${id}` }, attempts: 1 })
      .catch(this.#parts.failed);
  }

  /** Adds jobs for all hooks that are due. Shards fail separately. Rejects with the first error. */
  async sweep(): Promise<void> {
    const now = await redisTime(this.#store);
    const outcomes = await Promise.allSettled(
      this.#store.keys.allShards.map(async (shard) => {
        for (const { room, id } of await dueHooks(this.#store, shard, now)) this.request(room, id);
      }),
    );
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
  }

  /** Does what a hook has to do now. */
  async run({ room, id }: HookJob): Promise<void> {
    let hasMore = true;
    while (hasMore) {
      const now = await redisTime(this.#store);
      const work = await readHookWork(this.#store, room, id, now);
      hasMore = work !== null && (await this.#goOn(work, now));
    }
  }

  /** Resolves with true if there is more to do at once. */
  async #goOn(work: HookWork, now: number): Promise<boolean> {
    const { definition, state, position } = work;
    const { host } = new URL(definition.url);
    const batch = nextBatch(work, now);
    if (batch.messages.length === 0) return this.#settle(work, skipped(work, batch));
    const places = isProven(state) ? [host] : [host, UNPROVEN];
    if (!this.#take(places)) return settleHook(this.#store, work, { position, state, pause: busyPause() });
    const { messages, missed } = batch;
    const { room, id } = work;
    const letter = letterOf(definition, { room, id, messages, missed: missed + (state.untold ?? 0) });
    const began = performance.now();
    const outcome = await send(letter, this.#sending);
    for (const place of places) this.#add(place, -1);
    this.#parts.count(outcome.kind, 1);
    const sent = { outcome, count: letter.count, ms: performance.now() - began };
    return this.#settle(work, settled(work, batch, sent, now));
  }

  #settle(work: HookWork, step: ReturnType<typeof settled>): Promise<boolean> {
    const missed = (step.state.missed ?? 0) - (work.state.missed ?? 0);
    if (missed > 0) this.#parts.count('given_up', missed);
    return settleHook(this.#store, work, step);
  }

  /** Takes a place of each kind for a letter. Returns false if there is none. */
  #take(places: readonly string[]): boolean {
    const isFree = (place: string): boolean =>
      (this.#underWay.get(place) ?? 0) < (place === UNPROVEN ? UNPROVEN_LETTERS_MAX : HOST_LETTERS_MAX);
    if (!places.every(isFree)) return false;
    for (const place of places) this.#add(place, 1);
    return true;
  }

  #add(place: string, change: number): void {
    const count = (this.#underWay.get(place) ?? 0) + change;
    if (count > 0) this.#underWay.set(place, count);
    else this.#underWay.delete(place);
  }
}

const busyPause = (): number => Math.round(BUSY_MS * (0.5 + Math.random() / 2));
