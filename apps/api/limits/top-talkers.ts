/** Who and what keeps this process busy: addresses, origins of pages, rooms. Written every two seconds for the host's page; addresses only hashed. */

import { privateRoomUsers } from '../../../shared/protocol/events.js';
import type { RedisClient } from '../../../shared/redis/slot-owners.js';
import type { AddressHash } from './address-hash.js';
import { HeavyHitters } from './heavy-hitters.js';

const WRITE_EVERY_MS = 2_000;
/** Seconds that a process's last word counts. */
const TTL_S = 10;
/** Of each kind, from each process. */
const WRITTEN_MAX = 30;

/** Names with their rates a second, the busiest first. */
type Rates = [name: string, rate: number][];
export interface TalkerRates {
  rooms: Rates;
  origins: Rates;
  addresses: Rates;
}

/** All in one slot of a cluster: they are read together. */
const keyOf = (instance: string): string => `busiest:{all}:${instance}`;

export class TopTalkers {
  readonly #redis: RedisClient;
  readonly #instance: string;
  readonly #addressHash: AddressHash;
  readonly #rooms = new HeavyHitters();
  readonly #origins = new HeavyHitters();
  readonly #addresses = new HeavyHitters();

  constructor(redis: RedisClient, instance: string, addressHash: AddressHash) {
    this.#redis = redis;
    this.#instance = instance;
    this.#addressHash = addressHash;
    setInterval(() => void this.write().catch(() => undefined), WRITE_EVERY_MS).unref(); // the next one makes up for one that fails
  }

  noteRequest(address: string, origin: string): void {
    this.#addresses.note(address);
    this.#origins.note(origin);
  }

  noteMessage(room: string): void {
    if (!privateRoomUsers(room)) this.#rooms.note(room);
  }

  async write(): Promise<void> {
    const all = [this.#rooms, this.#origins, this.#addresses].map((tops) => {
      const busiest = tops.top(WRITTEN_MAX, WRITE_EVERY_MS / 1_000);
      tops.decay();
      return busiest;
    });
    const [rooms = [], origins = [], addresses = []] = all;
    const hashed = await Promise.all(
      addresses.map(
        async ([address, rate]): Promise<[string, number]> => [await this.#addressHash.hash(address), rate],
      ),
    );
    await this.#redis.set(
      keyOf(this.#instance),
      JSON.stringify({ rooms, origins, addresses: hashed } satisfies TalkerRates),
      'EX',
      TTL_S,
    );
  }
}

/** What processes have written last, added up. */
export async function readTopTalkers(redis: RedisClient, processes: string[]): Promise<TalkerRates> {
  const texts = processes.length > 0 ? await redis.mget(processes.map(keyOf)) : [];
  const all = texts.flatMap((text) => (text === null ? [] : [JSON.parse(text) as TalkerRates]));
  const sum = (kind: keyof TalkerRates): Rates => added(all.flatMap((one) => one[kind]));
  return { rooms: sum('rooms'), origins: sum('origins'), addresses: sum('addresses') };
}

function added(rates: Rates): Rates {
  const sums = new Map<string, number>();
  for (const [name, rate] of rates) sums.set(name, (sums.get(name) ?? 0) + rate);
  return [...sums].sort(([, a], [, b]) => b - a);
}
