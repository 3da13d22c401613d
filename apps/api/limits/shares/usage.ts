/**
 * The usage of pages and rooms, by day, for the host's page. Each process adds its busiest ones once a minute. A day
 * keeps the busiest of all. Nothing is written for a request.
 */
import type { UsedPage } from '../../../../shared/protocol/admin.js';
import { privateRoomUsers } from '../../../../shared/protocol/events.js';
import type { Store } from '../../../../shared/store/store.js';
import type { Shares } from './shares.js';

const WRITE_EVERY_MS = 60_000;
/** Entries that a process adds at a time, and entries that a day keeps: some 30 KB for each kind of number. */
const WRITTEN_MAX = 200;
const KEPT_MAX = 300;
/** Entries of an answer. */
const SHOWN_MAX = 50;
/** Days that are kept. */
export const USAGE_DAYS_MAX = 14;
const DAY_MS = 86_400_000;
const KINDS = ['requests', 'messages', 'deliveries'] as const;

type Used = Omit<UsedPage, 'heldBack'>;
type Kind = (typeof KINDS)[number];
type Keys = Store['keys'];

const keyOf = (keys: Keys, at: number, kind: Kind): string =>
  keys.usage(new Date(at).toISOString().slice(0, 'yyyy-mm-dd'.length), kind);

export class Usage {
  readonly #store: Store;
  readonly #shares: Shares;

  constructor(store: Store, shares: Shares) {
    this.#store = store;
    this.#shares = shares;
  }

  /** Writes from now on. A write that fails is not repeated, and its usage is not counted. */
  start(): void {
    setInterval(() => void this.write().catch(() => undefined), WRITE_EVERY_MS).unref();
  }

  /** Adds what was used since the last call to today. */
  async write(): Promise<void> {
    const { keys, redis } = this.#store;
    const used = busiest(this.#shares.takeUsage(), WRITTEN_MAX);
    if (used.length === 0 || redis.status !== 'ready') return;
    const [now, steps] = [Date.now(), redis.multi()];
    for (const kind of KINDS) {
      const key = keyOf(keys, now, kind);
      for (const one of used) if (one[kind] > 0) steps.zincrby(key, one[kind], JSON.stringify([one.origin, one.room]));
      steps.zremrangebyrank(key, 0, -KEPT_MAX - 1);
      steps.expire(key, (USAGE_DAYS_MAX * DAY_MS) / 1_000);
    }
    await steps.exec();
  }
}

/** Resolves with the busiest of the last days, today included, the ones with the most requests first. */
export async function readUsage({ keys: names, redis }: Store, days: number): Promise<Used[]> {
  const times = Array.from({ length: days }, (_, i) => Date.now() - i * DAY_MS);
  const sums = new Map<string, Used>();
  for (const kind of KINDS) {
    const keys = times.map((at) => keyOf(names, at, kind));
    const entries = await redis.zunion(keys.length, keys, 'WITHSCORES');
    for (let i = 0; i + 1 < entries.length; i += 2) {
      const name = String(entries[i]);
      const used = sums.get(name) ?? emptyOf(name);
      used[kind] = Number(entries[i + 1]);
      sums.set(name, used);
    }
  }
  return busiest([...sums.values()], SHOWN_MAX);
}

function emptyOf(name: string): Used {
  const [origin = '', room = ''] = JSON.parse(name) as string[];
  return { origin, room, requests: 0, messages: 0, deliveries: 0 };
}

function busiest(used: Used[], countMax: number): Used[] {
  return used
    .filter(({ room }) => !privateRoomUsers(room))
    .sort((a, b) => b.requests - a.requests)
    .slice(0, countMax);
}
