/**
 * One user from `join` to its end: its polls, and what it has seen of its rooms. It mends gaps as a good client does.
 */
import { Values } from '../../apps/web/client/events/values.js';
import type { ErrorCode } from '../../shared/protocol/errors.js';
import {
  type ChatEvent,
  compareIds,
  privateRoom,
  privateRoomUsers,
  type RoomValues,
  type RoomView,
} from '../../shared/protocol/events.js';
import { Refused } from '../support/client.js';
import type { Polled } from '../support/follower.js';
import type { Joined, Sent } from '../support/user.js';
import { EDITED } from './edits.js';
import type { Habit } from './habits.js';
import type { Line } from './line.js';
import { Poller } from './poller.js';
import type { Random } from './random.js';
import type { Record } from './record.js';
import { View } from './view.js';
import type { Window } from './windows.js';

const HISTORY_PAGE = 100;
const START = '0-0';

export class Session {
  readonly id: number;
  readonly token: string;
  name: string;
  /** One for each room that it is in, or was until it enters it again. */
  readonly views = new Map<string, View>();
  readonly pastViews: View[] = [];
  /** Its knowledge of the values of its rooms, by the library's own code. */
  readonly values = new Map<string, Values>();
  readonly troubles: Window[] = [];
  /** The server does not know it any more, and was not asked to forget it. */
  lost = false;
  left = false;
  missed = 0;
  resets = 0;
  readonly #line: Line;
  readonly #record: Record;
  /** Events of a room that come while `enter` is under way. */
  readonly #entering = new Map<string, ChatEvent[]>();
  #delivering: Promise<void> = Promise.resolve();
  readonly #poller: Poller;

  constructor(joined: Joined, line: Line, random: Random, record: Record) {
    this.id = joined.user.id;
    this.name = joined.user.name;
    this.token = joined.token;
    this.#line = line;
    this.#record = record;
    this.#show(joined.room);
    this.#poller = new Poller(joined, line, random, {
      deliver: (polled) => this.#inTurn(() => this.#take(polled)),
      onUnauthorized: () => this.#lose('poll'),
      isOver: () => this.over,
    });
  }

  get over(): boolean {
    return this.lost || this.left;
  }

  /** Public rooms it is in, and is not about to go from. */
  get rooms(): string[] {
    return [...this.views.values()]
      .filter((view) => !view.ending && privateRoomUsers(view.room) === null)
      .map((view) => view.room);
  }

  /** It was told that its inbox lost something. */
  get hasLost(): boolean {
    return this.missed > 0 || this.resets > 0;
  }

  get allViews(): View[] {
    return [...this.pastViews, ...this.views.values()];
  }

  async send(room: string, nonce: string): Promise<void> {
    await this.#send(room, { room }, nonce);
  }

  /** Sends a message and changes it. */
  async edit(room: string, nonce: string): Promise<void> {
    const sent = await this.#send(room, { room }, nonce);
    const text = `${nonce}${EDITED}`;
    // a Redis that loses its last moments may have lost the message
    if (sent && (await this.#ask('edit', { room, id: sent.id, text }, { expected: ['bad_request'] })))
      this.#record.edited.set(`${room} ${sent.id}`, text);
  }

  /** Reacts to the first message that it has heard, so that many react to the same ones. */
  async react(room: string, emoji: string): Promise<void> {
    const heard = this.views.get(room)?.arrivals.find(({ text }) => text !== '');
    if (heard && (await this.#ask('react', { room, id: heard.id, emoji }, { expected: ['bad_request'] })))
      this.#record.reacted.push({ message: `${room} ${heard.id}`, user: this.id });
  }

  /** Sends one message twice at once, with one nonce, at two processes. */
  async sendTwice(room: string, nonce: string): Promise<void> {
    const params = { token: this.token, room, text: nonce, id: nonce };
    const again = this.#line.once<Sent>('send', params, { elsewhere: true }).catch(() => null);
    const [sent, second] = await Promise.all([this.#send(room, { room }, nonce), again]);
    if (second && sent && second.id !== sent.id)
      this.#record.violation('one nonce, two messages', `${room} ${nonce}: ${sent.id} and ${second.id}`);
  }

  /** To another user; that may be gone by now. */
  async sendTo(other: number, nonce: string): Promise<void> {
    await this.#send(privateRoom(this.id, other), { to: other }, nonce);
  }

  /** Adds to a value, and to another of its own. */
  async add(room: string, nonce: string): Promise<void> {
    if (await this.#ask('add', { room, key: 'sum', id: nonce }))
      this.#record.added.set(room, (this.#record.added.get(room) ?? 0) + 1);
    await this.#ask('set', { room, key: '@me/last', value: Number(nonce.replace(/\D/g, '')), id: `${nonce}.own` });
  }

  async enter(room: string): Promise<void> {
    this.#entering.set(room, []);
    const answer = await this.#ask<{ room: RoomView }>('enter', { room });
    const waiting = this.#entering.get(room) ?? [];
    this.#entering.delete(room);
    if (!answer) return;
    this.#show(answer.room);
    for (const event of waiting) this.#accept(event);
  }

  async exit(room: string): Promise<void> {
    const view = this.views.get(room);
    if (!view) return;
    view.ending = true;
    await this.#ask('exit', { room }, { again: ['not_in_room'] });
  }

  async rename(name: string): Promise<void> {
    if (await this.#ask('rename', { name })) this.name = name;
  }

  async leave(): Promise<void> {
    for (const view of this.views.values()) view.ending = true;
    this.left = true;
    this.#poller.mayBeUnauthorized();
    await this.#ask('leave', {}, { again: ['unauthorized'] });
    await this.stop();
  }

  /** Behaves badly for `ms`, unless it does already. */
  async misbehave(habit: Habit, ms: number): Promise<void> {
    if (this.#poller.misbehaves) return;
    const trouble = { from: Date.now(), to: Infinity };
    this.troubles.push(trouble);
    await this.#poller.misbehave(habit, ms);
    trouble.to = Date.now();
  }

  behave(): void {
    this.#poller.behave();
  }

  /** Polls no more. */
  stop(): Promise<void> {
    return this.#poller.stop();
  }

  async #send(room: string, where: { room: string } | { to: number }, nonce: string): Promise<Sent | null> {
    const sent = await this.#ask<Sent>(
      'send',
      { ...where, text: nonce, id: nonce },
      { expected: 'to' in where ? ['no_such_user'] : [] },
    );
    if (!sent) return null;
    this.#record.accepted.push({ room, id: sent.id, nonce, at: Date.now() });
    await this.#inTurn(() => this.#know(room));
    return sent;
  }

  /** An operation that is repeated until it is answered. Null when it was refused for a reason that is right. */
  async #ask<Fields>(
    op: string,
    params: object,
    right: { expected?: ErrorCode[]; again?: ErrorCode[] } = {},
  ): Promise<(Fields & { ok: true }) | null> {
    try {
      return await this.#line.insist<Fields>(op, { token: this.token, ...params }, right);
    } catch (error) {
      if (!(error instanceof Refused)) this.#record.violation(`${op} never answered`, String(error));
      else if (error.failure.code === 'unauthorized') this.#lose(op);
      return null;
    }
  }

  #lose(op: string): void {
    if (this.over) return;
    this.lost = true;
    for (const view of this.views.values()) view.ending = true;
    this.#record.violation('session lost', `user ${this.id}, found out by ${op}`);
  }

  /** One answer after the other, also when two polls are answered at once. */
  #inTurn(step: () => Promise<void>): Promise<void> {
    this.#delivering = this.#delivering.then(step);
    return this.#delivering;
  }

  async #take({ events, missed = 0, reset }: Polled): Promise<void> {
    this.missed += missed;
    if (reset) this.resets += 1;
    if (missed > 0 || reset) await this.#mend();
    for (const event of events) {
      if (event.type === 'signal') continue;
      await this.#know(event.room);
      this.#accept(event);
    }
  }

  /** A private room is known by its first event; what the inbox has lost before may have been of it, too. */
  async #know(room: string): Promise<void> {
    if (this.views.has(room) || privateRoomUsers(room) === null) return;
    const view = this.#open(room, START);
    if (this.hasLost) await this.#readBack(view);
  }

  #accept(event: ChatEvent): void {
    const waiting = this.#entering.get(event.room);
    if (waiting) return void waiting.push(event);
    const view = this.views.get(event.room);
    this.values.get(event.room)?.take(event);
    if (view) view.take(event, false);
    else this.#record.violation('event of a room not entered', `user ${this.id}: ${JSON.stringify(event)}`);
  }

  #show({ name, history, values }: RoomView): void {
    this.#open(name, history.at(-1)?.id ?? START);
    const known = new Values(name, {
      ready: Promise.resolve(),
      userId: () => this.id,
      write: () => Promise.reject(new Error()),
      read: (query) => this.#readValues(query),
    });
    known.open(values);
    this.values.set(name, known);
  }

  #open(room: string, start: string): View {
    const former = this.views.get(room);
    if (former) this.pastViews.push(former);
    const view = new View(room, this.id, start, this.troubles);
    this.views.set(room, view);
    return view;
  }

  /** Reads back from the logs of all rooms what may have been lost on the way. */
  async #mend(): Promise<void> {
    const trouble = { from: Date.now(), to: Infinity };
    this.troubles.push(trouble);
    for (const view of [...this.views.values()]) {
      if (view.ending) view.closed = true;
      else if (!this.#entering.has(view.room)) await this.#readBack(view);
      this.values.get(view.room)?.renew();
    }
    trouble.to = Date.now();
  }

  async #readValues(query: object): Promise<RoomValues> {
    const answer = await this.#ask<RoomValues>('get', { ...query }, { expected: ['not_in_room'] });
    if (!answer) throw new Error('not there any more');
    return answer;
  }

  async #readBack(view: View): Promise<void> {
    const found: ChatEvent[] = [];
    for (let more = true; more; ) {
      const before = found[0]?.id;
      const page = await this.#ask<{ events: ChatEvent[]; more: boolean }>(
        'history',
        { room: view.room, before, limit: HISTORY_PAGE },
        { expected: ['not_in_room'] },
      );
      if (!page) {
        view.closed = true;
        return;
      }
      const newer = page.events.filter(({ id }) => compareIds(id, view.last) > 0);
      found.unshift(...newer);
      more = page.more && newer.length === page.events.length;
    }
    for (const event of found) view.take(event, true);
  }
}
