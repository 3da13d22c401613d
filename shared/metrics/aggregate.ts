/**
 * The metrics of all instances (processes), in one Redis hash: a field for each instance, and one for those that have
 * ended. When an instance ends, its counters and histograms are added to that field, so no sum ever goes down.
 */
import { AggregatorRegistry, type MetricObject, type Registry } from 'prom-client';
import type { RedisClient } from '../redis/client.js';
import type { Store } from '../store/store.js';

const ENDED = 'ended';
/** After so long without a write, an instance has ended, and its gauges are dropped. An idle one writes every 30 s. */
const FORGET_AFTER_MS = 40_000;
/** How often an instance that ends tries to add itself to the ended ones, while others do the same. */
const ATTEMPTS_MAX = 10;

/**
 * KEYS: the hash. ARGV: `ended`, its former text ('' for none), its new text, and for each instance that is added there
 * its name and its text. It does nothing when one of the former texts has changed.
 */
const FOLD = `
if (redis.call('HGET', KEYS[1], ARGV[1]) or '') ~= ARGV[2] then return 0 end
for i = 4, #ARGV, 2 do
  if redis.call('HGET', KEYS[1], ARGV[i]) ~= ARGV[i + 1] then return 0 end
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
for i = 4, #ARGV, 2 do redis.call('HDEL', KEYS[1], ARGV[i]) end
return 1`;

interface Written {
  at: number;
  figures: MetricObject[];
}

export class MetricsAggregate {
  readonly #redis: RedisClient;
  readonly #key: string;
  readonly #instance: string;
  /** The fields when `tidy` looked last. */
  #seen: Record<string, string> = {};

  constructor({ redis, keys }: Pick<Store, 'redis' | 'keys'>, instance: string) {
    this.#redis = redis;
    this.#key = keys.metrics;
    this.#instance = instance;
  }

  async write(figures: MetricObject[]): Promise<void> {
    await this.#redis.hset(this.#key, this.#instance, JSON.stringify({ at: Date.now(), figures } satisfies Written));
  }

  /**
   * Resolves with the sum of all instances. `own`: the metrics of this one. Null: what it wrote last. A sum of live
   * metrics must not be read before they are written: another instance would then give a smaller sum.
   */
  async sum(own: MetricObject[] | null): Promise<Registry> {
    const { [this.#instance]: written, ...others } = await this.#redis.hgetall(this.#key);
    const figures = own ?? (written === undefined ? [] : presentOf(written));
    return AggregatorRegistry.aggregate([figures, ...Object.values(others).map(presentOf)]);
  }

  /** Adds this instance, with its last metrics, to those that have ended. */
  async end(figures: MetricObject[]): Promise<void> {
    await this.write(figures);
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
      const fields = await this.#redis.hgetall(this.#key);
      if (await this.#fold(fields, [this.#instance])) return;
    }
  }

  /** Adds instances that have written nothing since the last call to the ended ones. The calls are far apart. */
  async tidy(): Promise<void> {
    const former = this.#seen;
    this.#seen = {};
    const fields = await this.#redis.hgetall(this.#key);
    const gone = Object.keys(fields).filter((name) => name !== ENDED && fields[name] === former[name]);
    if (gone.length > 0) await this.#fold(fields, gone);
    this.#seen = fields;
  }

  async #fold(fields: Record<string, string>, names: string[]): Promise<boolean> {
    const ended = fields[ENDED];
    const texts = [...(ended === undefined ? [] : [ended]), ...names.map((name) => fields[name] ?? '')];
    const figures = await AggregatorRegistry.aggregate(texts.map((text) => countedOf(parse(text)))).getMetricsAsJSON();
    const sum = JSON.stringify({ at: 0, figures });
    return (
      (await this.#redis.eval(
        FOLD,
        1,
        this.#key,
        ENDED,
        ended ?? '',
        sum,
        ...names.flatMap((name) => [name, fields[name] ?? '']),
      )) === 1
    );
  }
}

/** Resolves with the names of the instances that run, by what they have written. */
export async function runningInstances({ redis, keys }: Pick<Store, 'redis' | 'keys'>): Promise<string[]> {
  const fields = Object.entries(await redis.hgetall(keys.metrics));
  return fields.filter(([, text]) => isFresh(parse(text))).map(([name]) => name);
}

const isFresh = ({ at }: Written): boolean => Date.now() - at < FORGET_AFTER_MS;

const parse = (text: string): Written => JSON.parse(text) as Written;

function presentOf(text: string): MetricObject[] {
  const written = parse(text);
  return isFresh(written) ? written.figures : countedOf(written);
}

/** Returns counters and histograms. In metrics as JSON a type is a word, whatever prom-client's types say. */
function countedOf({ figures }: Written): MetricObject[] {
  return figures.filter(({ type }) => String(type) !== 'gauge');
}
