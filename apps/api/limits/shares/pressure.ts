/**
 * Whether a process is under pressure: its event loop, its memory, or Redis. Nothing is asked for a request. The
 * process looks at itself twice a second, and at Redis every two seconds while it has something to do.
 */
import { type EventLoopUtilization, monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';

const LOOK_EVERY_MS = 500;
/** Looks of the process for one look at Redis. */
const LOOKS_FOR_REDIS_COUNT = 4;
/** Pressure is over after so many looks below all marks: 3 s. A burst a second must not look like two bursts. */
const CALM_LOOKS_COUNT = 6;
/** Below this part of a mark, it counts as calm. */
const CALM_RATIO = 0.8;
/** `monitorEventLoopDelay` measures this much when nothing is late. */
const RESOLUTION_MS = 20;

/** Each number of a process, or the mark above which it is pressure. */
export interface Load {
  /** The part of the time for which the event loop was busy. A queue grows fast from here on. */
  busy: number;
  /** By how much the event loop was late (p99). A person notices a tenth of a second, and there are two ways. */
  delayMs: number;
  /** How long Redis took to answer. It answers within a millisecond when it is well. */
  redisMs: number;
  /** The part of its maxmemory that Redis uses. At the maximum it takes no messages. */
  redisMemory: number;
  /** The part of its heap that the process uses. At the maximum it ends. */
  memory: number;
}

/** `over`: above a mark now. `near`: it was a moment ago. */
export type PressureLevel = 'over' | 'near' | 'calm';

export type RedisLoad = Pick<Load, 'redisMs' | 'redisMemory'>;

export const MARKS: Readonly<Load> = { busy: 0.7, delayMs: 60, redisMs: 100, redisMemory: 0.9, memory: 0.85 };

export class Pressure {
  /** Since when it is as it is now, in ms since 1970. */
  since = Date.now();
  /** The number that is above its mark; null without pressure. */
  reason: keyof Load | null = null;
  readonly #lookAtRedis: () => Promise<RedisLoad>;
  readonly #marks: Readonly<Load>;
  readonly #delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  #utilization: EventLoopUtilization = performance.eventLoopUtilization();
  #redisLoad: RedisLoad = { redisMs: 0, redisMemory: 0 };
  /** Whether the last look was above a mark. */
  #isOver = false;
  #calmLooks = 0;
  #looks = 0;
  #asking = false;

  /** `marks`: those of a test, which cannot wait for real pressure. */
  constructor(lookAtRedis: () => Promise<RedisLoad>, marks: Readonly<Load> = MARKS) {
    this.#lookAtRedis = lookAtRedis;
    this.#marks = marks;
  }

  get isOn(): boolean {
    return this.reason !== null;
  }

  get level(): PressureLevel {
    if (this.#isOver) return 'over';
    return this.isOn ? 'near' : 'calm';
  }

  /** Looks from now on. */
  start(): void {
    this.#delay.enable();
    setInterval(() => this.look(), LOOK_EVERY_MS).unref();
  }

  look(): void {
    this.#looks += 1;
    if (this.#looks % LOOKS_FOR_REDIS_COUNT === 0) void this.#askRedis();
    this.judge({ ...this.#ownLoad(), ...this.#redisLoad });
  }

  /** Takes the numbers of one look. */
  judge(load: Load): void {
    const names = Object.keys(this.#marks) as (keyof Load)[];
    const above = names.find((name) => load[name] > this.#marks[name]);
    this.#isOver = above !== undefined;
    if (above !== undefined) return void this.#begin(above);
    const isCalm = names.every((name) => load[name] <= this.#marks[name] * CALM_RATIO);
    this.#calmLooks = isCalm ? this.#calmLooks + 1 : 0;
    if (this.isOn && this.#calmLooks >= CALM_LOOKS_COUNT) this.#become(null);
  }

  #begin(reason: keyof Load): void {
    this.#calmLooks = 0;
    if (!this.isOn) this.#become(reason);
  }

  #become(reason: keyof Load | null): void {
    this.reason = reason;
    this.since = Date.now();
  }

  #ownLoad(): Pick<Load, 'busy' | 'delayMs' | 'memory'> {
    const now = performance.eventLoopUtilization();
    const { utilization: busy } = performance.eventLoopUtilization(now, this.#utilization);
    this.#utilization = now;
    const delayMs = this.#delay.percentile(99) / 1e6 - RESOLUTION_MS;
    this.#delay.reset();
    const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
    return { busy, delayMs, memory: used / limit };
  }

  async #askRedis(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    this.#redisLoad = await this.#lookAtRedis().catch(() => ({ redisMs: 0, redisMemory: 0 })); // away: nothing to share
    this.#asking = false;
  }
}
