/**
 * Somebody who uses the chat all the time: joins, talks, goes from room to room, takes other names, leaves, comes back.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Refused, type Way } from '../support/client.js';
import type { Joined } from '../support/user.js';
import type { Habit } from './habits.js';
import { Line } from './line.js';
import type { Random } from './random.js';
import type { Record } from './record.js';
import { Session } from './session.js';

/** Shares of what is done instead of sending a message to a room. */
const SHARES = {
  add: 0.1,
  sendPrivately: 0.06,
  sendTwice: 0.05,
  edit: 0.05,
  react: 0.1,
  move: 0.03,
  rename: 0.02,
  leave: 0.012,
  misbehave: 0.03,
} as const;
type Act = keyof typeof SHARES | 'send';
/** ms for which a client behaves badly: long ones lose events to the inbox's limit. */
const MISBEHAVE = [500, 2_000, 5_000, 15_000];

export interface Crowd {
  readonly record: Record;
  readonly rooms: readonly string[];
  readonly habits: readonly Habit[];
  /** No bad behaviour lasts longer than this (ms). */
  readonly longest: number;
  /** All sessions there have been. */
  readonly sessions: Session[];
}

export class Person {
  readonly #name: string;
  readonly #crowd: Crowd;
  readonly #random: Random;
  readonly #line: Line;
  #session: Session | null = null;
  #count = 0;
  #talking: Promise<void> = Promise.resolve();
  #quiet = false;

  constructor(number: number, crowd: Crowd, urls: () => string[], random: Random) {
    const way: Way = number % 2 === 0 ? 'jsonp' : 'api-post';
    this.#name = `person${number}`;
    this.#crowd = crowd;
    this.#random = random;
    this.#line = new Line(urls, way, random, crowd.record);
  }

  get session(): Session | null {
    return this.#session?.over ? null : this.#session;
  }

  /** Talks until told to be quiet; something is done every `mean` ms. */
  talk(mean: number): void {
    this.#talking = this.#talkOn(mean);
  }

  /** Finishes what is under way, and only listens from then on. */
  async beQuiet(): Promise<void> {
    this.#quiet = true;
    this.#session?.behave();
    await this.#talking;
    this.#session?.behave();
  }

  /** Leaves in order, or just goes. */
  async go(inOrder: boolean): Promise<void> {
    if (inOrder) await this.session?.leave();
    else await this.session?.stop();
  }

  async #talkOn(mean: number): Promise<void> {
    try {
      await this.#join();
      for (;;) {
        await sleep(this.#random.pause(mean));
        if (this.#quiet) return;
        await this.#act(this.session ?? (await this.#join()));
      }
    } catch (error) {
      this.#crowd.record.violation(
        'a client broke off',
        error instanceof Error ? (error.stack ?? error.message) : String(error),
      );
    }
  }

  #act(session: Session): Promise<void> {
    const { rooms } = session;
    const act = this.#draw();
    switch (rooms.length > 0 ? act : 'move') {
      case 'send':
        return session.send(this.#random.pick(rooms), this.#nonce());
      case 'add':
        return session.add(this.#random.pick(rooms), this.#nonce());
      case 'edit':
        return session.edit(this.#random.pick(rooms), this.#nonce());
      case 'react':
        return session.react(this.#random.pick(rooms), this.#random.pick(['👍', '❤️', '😂']));
      case 'sendTwice':
        return session.sendTwice(this.#random.pick(rooms), this.#nonce());
      case 'sendPrivately':
        return this.#sendPrivately(session);
      case 'move':
        return this.#move(session);
      case 'rename':
        return session.rename(this.#nextName());
      case 'leave':
        return session.leave();
      case 'misbehave':
        return this.#misbehave(session);
    }
  }

  #draw(): Act {
    let draw = this.#random.next();
    for (const [act, share] of Object.entries(SHARES) as [Act, number][]) {
      draw -= share;
      if (draw < 0) return act;
    }
    return 'send';
  }

  /** Goes on beside everything else. */
  async #misbehave(session: Session): Promise<void> {
    const { habits, longest } = this.#crowd;
    if (habits.length > 0)
      void session.misbehave(this.#random.pick(habits), Math.min(longest, this.#random.pick(MISBEHAVE)));
  }

  async #move(session: Session): Promise<void> {
    const { rooms } = session;
    const others = this.#crowd.rooms.filter((room) => !rooms.includes(room));
    if (rooms.length > 1 && (others.length === 0 || this.#random.chance(0.5)))
      await session.exit(this.#random.pick(rooms));
    else if (others.length > 0) await session.enter(this.#random.pick(others));
  }

  async #sendPrivately(session: Session): Promise<void> {
    const others = this.#crowd.sessions.filter((one) => !one.over && one !== session);
    if (others.length > 0) await session.sendTo(this.#random.pick(others).id, this.#nonce());
  }

  /** Under the name it had, if it has left: that must be free. Another one when a lost answer gave it to nobody. */
  async #join(): Promise<Session> {
    for (let name = this.#session?.name ?? this.#nextName(); ; name = this.#nextName()) {
      const room = this.#random.pick(this.#crowd.rooms);
      try {
        return this.#begin(await this.#line.insist<Joined>('join', { name, room }, { again: ['name_taken'] }));
      } catch (error) {
        if (!(error instanceof Refused) || error.failure.code !== 'name_taken') throw error;
      }
    }
  }

  #begin(joined: Joined): Session {
    this.#session = new Session(joined, this.#line, this.#random, this.#crowd.record);
    this.#crowd.sessions.push(this.#session);
    return this.#session;
  }

  #nextName(): string {
    this.#count += 1;
    return `${this.#name}-${this.#count}`;
  }

  #nonce(): string {
    this.#count += 1;
    return `${this.#name}.${this.#count}`;
  }
}
