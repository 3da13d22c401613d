/** A room with an outgoing hook, and a worker's part that serves hooks, driven by hand. */
import { Hooks } from '../../apps/worker/hooks/hooks.js';
import type { OutgoingHook } from '../../shared/protocol/events.js';
import type { HookJob } from '../../shared/queues.js';
import { HookReceiver } from './hook-receiver.js';
import type { Person } from './people.js';
import type { Scene } from './scene.js';

/** Settings with which hooks may send to a receiver of the test. */
export const HOOKS_ON = { HOOKS_OUT: 'on', HOOKS_OUT_NETWORKS: '127.0.0.0/8' };

export class HooksWorld {
  readonly hooks: Hooks;
  /** The counts, by outcome. */
  readonly counts: Record<string, number> = {};
  readonly #jobs: HookJob[] = [];

  private constructor(
    readonly scene: Scene,
    readonly room: string,
    readonly receiver: HookReceiver,
    readonly anna: Person,
  ) {
    this.hooks = new Hooks(scene.worker.store, {
      queue: { add: (_name, job) => Promise.resolve(this.#jobs.push(job) as never) },
      count: (outcome, count) => {
        this.counts[outcome] = (this.counts[outcome] ?? 0) + count;
      },
      failed: (error) => {
        throw error;
      },
      sending: { timeMaxMs: 1_000 },
    });
  }

  static async open(scene: Scene, room: string): Promise<HooksWorld> {
    const { person } = await scene.join(room, { name: 'Anna' });
    return new HooksWorld(scene, room, await HookReceiver.start(), person);
  }

  /** Adds a hook to the receiver. Returns its id, and the secret that signs. */
  async add(more: object = {}): Promise<{ id: string; secret: string }> {
    const { id, secret } = await this.anna.act('hook', { url: this.receiver.url, ...more });
    await this.work();
    return { id: String(id), secret: String(secret) };
  }

  async say(...texts: string[]): Promise<void> {
    for (const text of texts) await this.anna.send(this.scene.part, text);
    await this.scene.worker.fanOut.advanceRoom(this.room);
  }

  /** Does what is due now. Resolves with how many hooks were looked at. */
  async work(): Promise<number> {
    await this.hooks.sweep();
    const jobs = this.#jobs.splice(0);
    await Promise.all(jobs.map((job) => this.hooks.run(job)));
    return jobs.length;
  }

  /** Does what will be due after a pause, so many times. */
  async later(times = 1): Promise<void> {
    const { keys, redis } = this.scene.part.store;
    for (let time = 0; time < times; time += 1) {
      for (const shard of keys.allShards) {
        const hooks = await redis.zrange(keys.hooksOut(shard), '0', '-1');
        for (const hook of hooks) await redis.zadd(keys.hooksOut(shard), '0', hook);
      }
      await this.work();
    }
  }

  async list(): Promise<OutgoingHook[]> {
    return (await this.anna.act('hooks')).hooks as OutgoingHook[];
  }

  /** The entries of the audit log about hooks. */
  async audit(): Promise<Record<string, unknown>[]> {
    const { acts } = await this.anna.act('audit');
    return (acts as Record<string, unknown>[]).filter(({ what }) => what === 'hook');
  }

  close(): Promise<void> {
    return this.receiver.down();
  }
}
