/** Members of a room whose pages know the reactions to its messages, and what may happen to them step by step. */
import fc from 'fast-check';
import { expect } from 'vitest';
import { operations } from '../../apps/api/operations/index.js';
import type { Reply } from '../../apps/api/reply.js';
import { finishForgetting } from '../../apps/worker/jobs/forget.js';
import { type ChatEvent, compareIds, type Reaction, type RoomView } from '../../shared/protocol/events.js';
import { FanOutSteps } from '../../shared/store/fan-out.js';
import { releaseReactions } from '../../shared/store/reactions.js';
import { dyingStore } from './key-space.js';
import type { Answer, Part, Worker } from './parts.js';
import { pick } from './pick.js';
import { letPass } from './reactions.js';

const EMOJI = ['👍', '❤️', '😂'];
const MEMBERS_MAX = 6;

type Step =
  | { kind: 'join' | 'clear' | 'expire' }
  | { kind: 'send' | 'forget' | 'leave' | 'poll'; member: number }
  | { kind: 'react'; member: number; message: number; emoji: number; on: boolean; dies: number }
  | { kind: 'remove'; message: number }
  | { kind: 'fanOut'; worker: number }
  | { kind: 'dyingFanOut'; worker: number; calls: number }
  | { kind: 'release'; worker: number; seconds: number; dies: number };

const one = <Kind extends string, Rest extends object>(
  kind: Kind,
  rest: { [K in keyof Rest]: fc.Arbitrary<Rest[K]> },
) => fc.record({ kind: fc.constant(kind), ...rest }) as unknown as fc.Arbitrary<Step>;
const member = fc.nat(MEMBERS_MAX - 1);
const message = fc.nat(6);
const worker = fc.nat(1);
/** After how many commands the process is killed. Most are not. */
const dies = fc.oneof({ weight: 3, arbitrary: fc.constant(1_000) }, { weight: 1, arbitrary: fc.nat(6) });

export const steps = fc.array(
  fc.oneof(
    { weight: 2, arbitrary: one('join', {}) },
    { weight: 5, arbitrary: one('send', { member }) },
    { weight: 20, arbitrary: one('react', { member, message, emoji: fc.nat(2), on: fc.boolean(), dies }) },
    { weight: 5, arbitrary: one('poll', { member }) },
    { weight: 4, arbitrary: one('fanOut', { worker }) },
    { weight: 2, arbitrary: one('dyingFanOut', { worker, calls: fc.nat(3) }) },
    { weight: 5, arbitrary: one('release', { worker, seconds: fc.nat(40), dies }) },
    { weight: 1, arbitrary: one('remove', { message }) },
    { weight: 3, arbitrary: one('forget', { member }) },
    { weight: 1, arbitrary: one('leave', { member }) },
    { weight: 1, arbitrary: one('clear', {}) },
  ),
  { minLength: 10, maxLength: 100, size: 'max' },
);

const plain = (reactions: readonly Reaction[] = []): Reaction[] => reactions.map(({ mine: _, ...rest }) => rest);

/** The view of a page: the messages that it has, each with its reactions. */
class Page {
  readonly shown = new Map<string, Reaction[]>();
  #lastSeen = '0-0';

  constructor(
    readonly id: number,
    readonly token: string,
    public cursor: string,
    view: RoomView,
  ) {
    for (const event of view.history) this.#show(event);
  }

  #show({ id, type, reactions, reacted, removed, user }: ChatEvent): void {
    this.#lastSeen = id;
    if (type === 'message') this.shown.set(id, plain(reactions));
    if (type === 'reacted' && this.shown.has(reacted ?? '')) this.shown.set(reacted ?? '', plain(reactions));
    if (type === 'removed' && removed !== undefined) this.shown.delete(removed);
    if (type === 'cleared') this.shown.clear();
    if (type === 'removed') expect(user).toBeUndefined();
  }

  take({ cursor, events, missed, reset }: Answer): number {
    expect([missed, reset]).toEqual([undefined, undefined]);
    this.cursor = cursor;
    for (const event of events) if (compareIds(event.id, this.#lastSeen) > 0) this.#show(event);
    return events.length;
  }
}

export class World {
  readonly pages: Page[] = [];
  /** The ids of the last messages. */
  #messages: string[] = [];

  constructor(
    readonly room: string,
    readonly part: Part,
    readonly workers: Worker[],
  ) {}

  async join(): Promise<Page> {
    const { user, token, cursor, room } = await this.part.call('join', { room: this.room });
    const page = new Page((user as { id: number }).id, String(token), cursor, room as RoomView);
    this.pages.push(page);
    return page;
  }

  run(step: Step): Promise<unknown> | undefined {
    const owner = pick(this.pages, 0).token;
    switch (step.kind) {
      case 'join':
        return this.pages.length < MEMBERS_MAX ? this.join() : undefined;
      case 'send':
        return this.#send(pick(this.pages, step.member).token);
      case 'react':
        return this.#react(step);
      case 'poll':
        return this.#poll(pick(this.pages, step.member));
      case 'remove':
        return this.#call('remove', { token: owner, id: this.#message(step.message) });
      case 'clear':
        return this.#call('clear', { token: owner });
      case 'forget':
      case 'leave':
        return this.#end(step.member, step.kind === 'forget');
      case 'fanOut':
        return pick(this.workers, step.worker).fanOut.advanceRoom(this.room);
      case 'dyingFanOut':
        return this.#fanOutPartly(step);
      case 'release':
        return this.#release(step);
      default:
        return undefined;
    }
  }

  /** Lets workers do all that is due, and everybody poll all that there is. */
  async settle(): Promise<void> {
    const [first] = this.workers as [Worker];
    await finishForgetting(first.store, 60_000, () => undefined, { abandonedMs: -1, rewriteMs: -1 });
    for (let round = 0; round < 3; round += 1) {
      await this.#release({ worker: round, seconds: 60, dies: 1_000 });
      await first.fanOut.advanceRoom(this.room);
    }
    for (const page of this.pages) while ((await this.#poll(page)) > 0);
  }

  async #send(token: string): Promise<void> {
    const { id } = await this.part.call('send', { token, room: this.room, text: 'x' });
    this.#messages = [...this.#messages, String(id)].slice(-7);
  }

  #message(index: number): string {
    return this.#messages.length === 0 ? '1-0' : pick(this.#messages, index);
  }

  /** Calls what may be refused. */
  #call(operation: 'remove' | 'clear', parameters: object): Promise<unknown> {
    return this.part.call(operation, { room: this.room, ...parameters }).catch(unlessGone);
  }

  /** Reacts by a process that may be killed. */
  #react({
    member: index,
    message: at,
    emoji,
    on,
    dies: commands,
  }: Extract<Step, { kind: 'react' }>): Promise<unknown> {
    const { chat } = this.part;
    const { token } = pick(this.pages, index);
    const given = { token, room: this.room, to: undefined, id: this.#message(at), emoji: pick(EMOJI, emoji), on };
    const dying = { ...chat, store: dyingStore(chat.store, commands) };
    return (operations.react(dying, given, {} as Reply) as Promise<unknown>).catch(unlessGone);
  }

  async #poll(page: Page): Promise<number> {
    return page.take(await this.part.poll(page.token, page.cursor));
  }

  async #end(index: number, forget: boolean): Promise<void> {
    const page = pick(this.pages, index);
    if (page === this.pages[0]) return; // the owner stays, and removes
    await this.part.call('leave', { token: page.token, forget });
    this.pages.splice(this.pages.indexOf(page), 1);
  }

  /** Fan-out by a worker that is killed. */
  async #fanOutPartly({ worker: index, calls }: Extract<Step, { kind: 'dyingFanOut' }>): Promise<void> {
    const fanOut = new FanOutSteps(pick(this.workers, index).store);
    const batch = await fanOut.readBatch(this.room);
    if (batch.entries.length === 0) return;
    for (const shard of batch.shards.slice(0, calls)) await fanOut.deliver(this.room, shard, batch);
  }

  /** Some time goes by, and a worker looks, which may be killed. */
  async #release({ worker: index, seconds, dies: commands }: Omit<Extract<Step, { kind: 'release' }>, 'kind'>) {
    const { store } = pick(this.workers, index);
    await letPass(store, this.room, seconds * 1_000);
    await releaseReactions(dyingStore(store, commands), Date.now(), () => undefined).catch(unlessGone);
  }
}

function unlessGone(error: Error & { code?: string; details?: { field?: string } }): void {
  if (error.message !== 'killed') expect([error.code, error.details?.field]).toEqual(['bad_request', 'id']);
}
