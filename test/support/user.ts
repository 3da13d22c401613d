/** A user as a test plays it: sends and polls through whichever API process comes up. */
import { randomUUID } from 'node:crypto';
import type { RoomView, UserRef } from '../../shared/protocol/events.js';
import { ask, type Parameters, type Way } from './client.js';
import { Follower, type Polled } from './follower.js';
import type { Asking } from './parts.js';
import { patiently } from './patiently.js';
import { StreamSource } from './stream-source.js';

export interface Joined {
  user: UserRef;
  token: string;
  cursor: string;
  pollTimeout: number;
  room: RoomView;
}

export interface Sent {
  id: string;
  at: number;
  duplicate?: true;
}

interface JoinOptions {
  name?: string;
  room?: string;
  way?: Way;
  asking?: Asking;
}

export class TestUser {
  readonly #urls: () => readonly string[];
  readonly way: Way;
  readonly joined: Joined;
  readonly #asking: Asking;

  private constructor(urls: () => readonly string[], joined: Joined, way: Way, asking: Asking) {
    this.#urls = urls;
    this.joined = joined;
    this.way = way;
    this.#asking = asking;
  }

  /** Joins at one of the API processes. A function gives those that there are now. `asking`: how it follows. */
  static async join(
    urls: string | readonly string[] | (() => readonly string[]),
    { name, room, way = 'api-post', asking = 'poll' }: JoinOptions = {},
  ): Promise<TestUser> {
    const list = typeof urls === 'function' ? urls : () => (typeof urls === 'string' ? [urls] : urls);
    return new TestUser(list, await ask<Joined>(anyOf(list()), 'join', { name, room }, { way }), way, asking);
  }

  get id(): number {
    return this.joined.user.id;
  }

  get name(): string {
    return this.joined.user.name;
  }

  get token(): string {
    return this.joined.token;
  }

  /** Any operation, with this user's token, at any API process. Throws `Refused`. */
  ask<Fields = Record<string, unknown>>(op: string, params: Parameters = {}, signal?: AbortSignal) {
    const options = signal ? { way: this.way, signal } : { way: this.way };
    return ask<Fields>(anyOf(this.#urls()), op, { token: this.token, ...params }, options);
  }

  /** Sends once: a text, or any parameters of `send`. */
  send(what: string | Parameters): Promise<Sent & { ok: true }> {
    return this.ask<Sent>('send', typeof what === 'string' ? { text: what } : what);
  }

  /** Sends until it is accepted, with one nonce for all attempts, over refusals that pass and lost connections. */
  async sendSurely(what: string | Parameters): Promise<Sent> {
    const params = { id: randomUUID(), ...(typeof what === 'string' ? { text: what } : what) };
    return patiently(() => this.send(params));
  }

  /** One poll, with the cursor given, or without one. */
  poll(timeout: number, { cursor }: { cursor?: string } = {}, signal?: AbortSignal): Promise<Polled & { ok: true }> {
    return this.ask<Polled>('poll', { timeout, cursor }, signal);
  }

  /** Polls on and on from the place where it joined, until stopped, or has streams. */
  follow(cursor = this.joined.cursor): Follower {
    const poll = (from: string, timeout: number, signal: AbortSignal): Promise<Polled> =>
      this.poll(timeout, { cursor: from }, signal);
    if (this.#asking === 'poll') return new Follower(cursor, poll);
    const ack = (to: string): Promise<unknown> => this.ask('ack', { cursor: to });
    const user = { token: this.token, url: () => anyOf(this.#urls()), poll, ack };
    return new Follower(cursor, new StreamSource(user, this.#asking === 'mixed').next);
  }
}

function anyOf(urls: readonly string[]): string {
  const url = urls[Math.floor(Math.random() * urls.length)];
  if (url === undefined) throw new Error('there is no API process to call');
  return url;
}
