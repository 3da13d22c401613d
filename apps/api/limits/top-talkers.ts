/** Who and what keeps this process busy: addresses, origins of pages, rooms. Written every two seconds for the host's page; addresses only hashed. */

import { privateRoomUsers } from '../../../shared/protocol/events.js';
import type { RedisClient } from '../../../shared/redis/owners.js';
import type { Salt } from './address-hash.js';
import { Tops } from './heavy-hitters.js';

const WRITE_EVERY = 2_000;
/** Seconds that a process's last word counts. */
const KEPT = 10;
/** Of each kind, from each process. */
const WRITTEN = 30;

/** Names with their rates a second, the busiest first. */
type Rates = [name: string, rate: number][];
export interface Busy {
  rooms: Rates;
  origins: Rates;
  addresses: Rates;
}

/** All in one slot of a cluster: they are read together. */
const keyOf = (process: string): string => `busiest:{all}:${process}`;

export class Busiest {
  readonly #redis: RedisClient;
  readonly #process: string;
  readonly #salt: Salt;
  readonly #rooms = new Tops();
  readonly #origins = new Tops();
  readonly #addresses = new Tops();

  constructor(redis: RedisClient, process: string, salt: Salt) {
    this.#redis = redis;
    this.#process = process;
    this.#salt = salt;
    setInterval(() => void this.write().catch(() => undefined), WRITE_EVERY).unref(); // the next one makes up for one that fails
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
      const busiest = tops.busiest(WRITTEN, WRITE_EVERY / 1_000);
      tops.fade();
      return busiest;
    });
    const [rooms = [], origins = [], addresses = []] = all;
    const hashed = await Promise.all(
      addresses.map(async ([address, rate]): Promise<[string, number]> => [await this.#salt.hash(address), rate]),
    );
    await this.#redis.set(
      keyOf(this.#process),
      JSON.stringify({ rooms, origins, addresses: hashed } satisfies Busy),
      'EX',
      KEPT,
    );
  }
}

/** What processes have written last, added up. */
export async function readBusiest(redis: RedisClient, processes: string[]): Promise<Busy> {
  const texts = processes.length > 0 ? await redis.mget(processes.map(keyOf)) : [];
  const all = texts.flatMap((text) => (text === null ? [] : [JSON.parse(text) as Busy]));
  const sum = (kind: keyof Busy): Rates => added(all.flatMap((one) => one[kind]));
  return { rooms: sum('rooms'), origins: sum('origins'), addresses: sum('addresses') };
}

function added(rates: Rates): Rates {
  const sums = new Map<string, number>();
  for (const [name, rate] of rates) sums.set(name, (sums.get(name) ?? 0) + rate);
  return [...sums].sort(([, a], [, b]) => b - a);
}
