/** The system's own parts in this process, without HTTP and queue: what races are driven by hand with. */

import type { Context } from '../../apps/api/context.js';
import { FanOutRequests } from '../../apps/api/fan-out-requests.js';
import { KnownSenders } from '../../apps/api/known-senders.js';
import { Admission } from '../../apps/api/limits/admission.js';
import { Shares } from '../../apps/api/limits/shares/shares.js';
import { Filters } from '../../apps/api/moderation/filters.js';
import { ServerFilter } from '../../apps/api/moderation/server-filter.js';
import { operations } from '../../apps/api/operations/index.js';
import type { Parameters } from '../../apps/api/operations/parameters/check.js';
import { Polls } from '../../apps/api/polls/polls.js';
import { PresenceAnnouncements } from '../../apps/api/presence-announcements.js';
import type { Reply } from '../../apps/api/reply.js';
import { FanOut } from '../../apps/worker/jobs/fan-out.js';
import { type Config, readConfig } from '../../shared/config/config.js';
import type { ChatEvent } from '../../shared/protocol/events.js';
import type { OperationName } from '../../shared/protocol/operations.js';
import { nodesOf } from '../../shared/redis/nodes.js';
import { connectStore } from '../../shared/store/connect.js';
import { parseCursor } from '../../shared/store/inboxes.js';
import { createStore, type Store } from '../../shared/store/store.js';
import { PartStream } from './part-stream.js';
import { asPart, testPrefix } from './redis.js';
import { until } from './until.js';

const quiet = (): void => undefined;

export interface Answer {
  ok: true;
  cursor: string;
  events: ChatEvent[];
  missed?: number;
  reset?: boolean;
  [field: string]: unknown;
}

/** How a user asks for events: by polls, by streams that are left after the first message, or by both in turn. */
export const ASKING = ['poll', 'stream', 'mixed'] as const;
export type Asking = (typeof ASKING)[number];

/** An API process's parts: operations over a store and polls of its own. */
export class Part {
  readonly chat: Context;
  /** Rooms whose fan-out was asked for, oldest first. */
  readonly requested: string[] = [];
  /** Where calls come from. */
  addresses = ['here', ''];
  client = { origin: 'https://page.example', network: '192.0.2.1' };
  asking: Asking = 'poll';
  /** Whether it is under pressure. */
  pressed = false;
  readonly shares = new Shares(() => (this.pressed ? 'over' : 'calm'));
  #asked = 0;

  constructor(
    readonly store: Store,
    readonly config: Config,
  ) {
    const add = (_name: string, { rooms }: { rooms: string[] }): Promise<never> => {
      this.requested.push(...rooms);
      return Promise.resolve(undefined as never);
    };
    this.chat = {
      store,
      fanOut: new FanOutRequests([{ add }], quiet),
      presence: new PresenceAnnouncements((room) => this.chat.fanOut.request(room)),
      admission: new Admission(store, { shares: this.shares }),
      filters: new Filters(),
      shares: this.shares,
      serverFilter: new ServerFilter(),
      senders: new KnownSenders(),
      polls: new Polls(store, nodesOf(store.redis, config.redisUrl), { onRefused: quiet }),
    };
    this.shares.roomOf = (user) => this.polls.hearers.publicRoomOf(user);
  }

  get polls(): Polls {
    return this.chat.polls;
  }

  /** Calls an operation as a request would; `gone` is called by the client that goes. */
  call<Op extends OperationName>(
    op: Op,
    parameters: Partial<Parameters<Op>>,
    onGone: (gone: () => void) => void = quiet,
  ): Promise<Answer> {
    const run = operations[op] as (chat: Context, parameters: unknown, reply: Reply) => Promise<string> | null;
    return new Promise((resolve, reject) => {
      const reply: Reply = {
        succeed: (body) => resolve(JSON.parse(body) as Answer),
        fail: reject,
        onClientGone: null,
        client: () => this.client,
        addressHashes: () => Promise.resolve(this.addresses),
      };
      onGone(() => {
        reply.onClientGone?.();
        reject(new Error('the client has gone'));
      });
      run(this.chat, parameters, reply)?.then(reply.succeed, reject);
    });
  }

  /** Asks for events once, in the way that `asking` says. `timeout` in s. */
  poll(token: string, cursor: string | null, timeout = 0, onGone: (gone: () => void) => void = quiet): Promise<Answer> {
    this.#asked += 1;
    const byStream = this.asking === 'stream' || (this.asking === 'mixed' && this.#asked % 2 === 0);
    return byStream
      ? this.#streamOnce(token, cursor, timeout, onGone)
      : this.call('poll', { token, cursor: parsed(cursor) ?? undefined, timeout }, onGone);
  }

  /** Opens a stream. */
  stream(token: string, cursor: string | null): PartStream {
    const stream = new PartStream();
    try {
      this.polls.openStream(token, parsed(cursor), stream);
    } catch (error) {
      stream.fail(error);
    }
    return stream;
  }

  /** Opens a stream and leaves it after its first message, or after so many s without one. */
  #streamOnce(
    token: string,
    cursor: string | null,
    timeout: number,
    onGone: (gone: () => void) => void,
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const stream = this.stream(token, cursor);
      let timer: NodeJS.Timeout | undefined;
      const look = (isOver = false): void => {
        const [answer = null] = stream.answers;
        if (answer || isOver || stream.returnAfterMs !== null) {
          clearTimeout(timer);
          stream.go();
          resolve(answer ?? { ok: true, cursor: cursor ?? '', events: [] });
        } else if (stream.failure !== null) {
          clearTimeout(timer);
          reject(stream.failure);
        } else if (stream.begun) {
          timer ??= setTimeout(() => look(true), timeout * 1_000);
        }
      };
      stream.onChange = () => queueMicrotask(look);
      onGone(() => {
        clearTimeout(timer);
        stream.go();
        reject(new Error('the client has gone'));
      });
      look();
    });
  }

  async join(room: string, name?: string): Promise<{ id: number; token: string; cursor: string; lastSeen: string }> {
    const answer = await this.call('join', { room, name });
    const { history } = answer.room as { history: ChatEvent[] };
    return {
      id: (answer.user as { id: number }).id,
      token: String(answer.token),
      cursor: answer.cursor,
      lastSeen: history.at(-1)?.id ?? '0-0',
    };
  }

  async close(): Promise<void> {
    await this.polls.close();
    this.store.redis.disconnect();
  }
}

const parsed = (cursor: string | null) => (cursor === null ? null : parseCursor(cursor));

/** Opens an API process's parts on a Redis, ready to be used. */
export async function openPart(redisUrl: string, settings: Record<string, string> = {}): Promise<Part> {
  const part = new Part(...(await openStore(redisUrl, settings)));
  await until(() => part.polls.allReady, 'the subscription');
  return part;
}

/** `PLAN: 'steps'` among the settings: a store that does the single steps, as in a cluster. */
async function openStore(redisUrl: string, settings: Record<string, string>): Promise<[Store, Config]> {
  const url = asPart(redisUrl);
  const fixed = { REDIS_URL: url, REDIS_PREFIX: testPrefix, RATE_LIMITS: 'off', SHARDS: '4' };
  const config = readConfig({ ...fixed, ...settings });
  const redis = connectStore(config.redisUrl, config.redisPrefix).on('error', quiet);
  await new Promise((resolve) => redis.once('ready', resolve));
  const store = createStore(redis, config);
  return [settings.PLAN === 'steps' ? { ...store, colocated: false } : store, config];
}

/** A worker's parts: its fan-out over a store of its own. */
export interface Worker {
  fanOut: FanOut;
  store: Store;
  close: () => void;
}

export async function openFanOut(redisUrl: string, settings: Record<string, string> = {}): Promise<Worker> {
  const [store] = await openStore(redisUrl, settings);
  return { fanOut: new FanOut(store, { delivered: quiet }), store, close: () => store.redis.disconnect() };
}
