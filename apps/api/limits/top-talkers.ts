/**
 * The addresses, origins and rooms that keep this process busiest. Each process writes its own every two seconds for
 * the host's page. Addresses are written only as hashes.
 */
import { privateRoomUsers } from '../../../shared/protocol/events.js';
import type { Store } from '../../../shared/store/store.js';
import type { AddressHash } from './address-hash.js';
import { HeavyHitters } from './heavy-hitters.js';

const WRITE_EVERY_MS = 2_000;
/** How long the last report of a process counts. */
const TTL_S = 10;
/** Names of each kind that a process reports. */
const WRITTEN_MAX = 30;

/** Names with their rates a second, the busiest first. */
type Rates = [name: string, rate: number][];
export interface TalkerRates {
  rooms: Rates;
  origins: Rates;
  addresses: Rates;
}

export class TopTalkers {
  readonly #store: Store;
  readonly #instance: string;
  readonly #addressHash: AddressHash;
  readonly #rooms = new HeavyHitters();
  readonly #origins = new HeavyHitters();
  readonly #addresses = new HeavyHitters();

  constructor(store: Store, instance: string, addressHash: AddressHash) {
    this.#store = store;
    this.#instance = instance;
    this.#addressHash = addressHash;
    setInterval(() => void this.write().catch(() => undefined), WRITE_EVERY_MS).unref(); // the next one makes up for it
  }

  noteRequest(address: string, origin: string): void {
    this.#addresses.note(address);
    this.#origins.note(origin);
  }

  noteMessage(room: string): void {
    if (!privateRoomUsers(room)) this.#rooms.note(room);
  }

  async write(): Promise<void> {
    const [rooms, origins] = [topOf(this.#rooms), topOf(this.#origins)];
    const addresses = await Promise.all(
      topOf(this.#addresses).map(
        async ([address, rate]): Promise<Rates[number]> => [await this.#addressHash.hash(address), rate],
      ),
    );
    const report: TalkerRates = { rooms, origins, addresses };
    const { keys, redis } = this.#store;
    await redis.set(keys.busiest(this.#instance), JSON.stringify(report), 'EX', TTL_S);
  }
}

function topOf(hitters: HeavyHitters): Rates {
  const top = hitters.top(WRITTEN_MAX, WRITE_EVERY_MS / 1_000);
  hitters.decay();
  return top;
}

/** Resolves with the sum of the last reports of several processes. */
export async function readTopTalkers({ keys, redis }: Store, instances: string[]): Promise<TalkerRates> {
  const texts = instances.length > 0 ? await redis.mget(instances.map((one) => keys.busiest(one))) : [];
  const reports = texts.flatMap((text) => (text === null ? [] : [JSON.parse(text) as TalkerRates]));
  const sumOf = (kind: keyof TalkerRates): Rates => sumByName(reports.flatMap((report) => report[kind]));
  return { rooms: sumOf('rooms'), origins: sumOf('origins'), addresses: sumOf('addresses') };
}

function sumByName(rates: Rates): Rates {
  const sums = new Map<string, number>();
  for (const [name, rate] of rates) sums.set(name, (sums.get(name) ?? 0) + rate);
  return [...sums].sort(([, a], [, b]) => b - a);
}
