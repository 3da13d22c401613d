/**
 * What all processes have counted, in one Redis hash: a field for each process, and one for those that have ended. What
 * counts up (counters, histograms) of a process that ends is added there, so that no sum ever goes down.
 */
import { AggregatorRegistry, type MetricObject, type Registry } from 'prom-client';
import type { RedisClient } from '../redis/slot-owners.js';

const KEY = 'metrics';
const ENDED = 'ended';
/** Measures of the moment (gauges) of a process that has written none for so long (ms) are dropped: it has ended. */
const FORGET_AFTER_MS = 15_000;
/** How often a process that ends tries to be added to the ended ones while others do the same. */
const ATTEMPTS_MAX = 10;

/**
 * KEYS: the hash. ARGV: `ended`, its former text ('' for none), its new one, and for each process added there its name
 * and its text. Does nothing when any of the former texts is no longer there.
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
  readonly #instance: string;
  /** The fields as they were at the last look for processes that were killed. */
  #seen: Record<string, string> = {};

  constructor(redis: RedisClient, instance: string) {
    this.#redis = redis;
    this.#instance = instance;
  }

  async write(figures: MetricObject[]): Promise<void> {
    await this.#redis.hset(KEY, this.#instance, JSON.stringify({ at: Date.now(), figures } satisfies Written));
  }

  /** The sum of all processes; `own` are this one's, which a Redis that takes no writes does not have. */
  async sum(own: MetricObject[]): Promise<Registry> {
    const { [this.#instance]: _, ...others } = await this.#redis.hgetall(KEY);
    return AggregatorRegistry.aggregate([own, ...Object.values(others).map(presentOf)]);
  }

  /** Adds this process, with its last figures, to those that have ended. */
  async end(figures: MetricObject[]): Promise<void> {
    await this.write(figures);
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
      const fields = await this.#redis.hgetall(KEY);
      if (await this.#fold(fields, [this.#instance])) return;
    }
  }

  /** Adds to the ended ones who has written nothing since the last look; the looks are far apart. */
  async tidy(): Promise<void> {
    const former = this.#seen;
    this.#seen = {};
    const fields = await this.#redis.hgetall(KEY);
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
        KEY,
        ENDED,
        ended ?? '',
        sum,
        ...names.flatMap((name) => [name, fields[name] ?? '']),
      )) === 1
    );
  }
}

const parse = (text: string): Written => JSON.parse(text) as Written;

function presentOf(text: string): MetricObject[] {
  const written = parse(text);
  return Date.now() - written.at < FORGET_AFTER_MS ? written.figures : countedOf(written);
}

/** What only counts up. In figures as JSON a type is a word, whatever prom-client's types say. */
function countedOf({ figures }: Written): MetricObject[] {
  return figures.filter(({ type }) => String(type) !== 'gauge');
}
