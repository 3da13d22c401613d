import type { RoomView, UserRef } from '../../../shared/protocol/events.js';
import type { OperationName } from '../../../shared/protocol/operations.js';
import type { Chat, ChatEvents, Finding, HistoryOptions, HistoryPage, Outgoing, Ready, Sent, State, WayName } from './api.js';
import { Pauses, persist } from './backoff.js';
import { callDoctor } from './doctor.js';
import { callSafely, Emitter } from './emitter.js';
import { asFailure, Failure } from './errors.js';
import { farewell } from './farewell.js';
import { Feed } from './feed.js';
import { Outbox } from './outbox.js';
import { Polling } from './polling.js';
import { Session, type Wish } from './session.js';
import { Signals } from './signals.js';
import { Keeper } from './storage.js';
import { PATIENCE, type Answers, type Values } from './transport.js';
import { afterLoad, watchPage } from './wake.js';
import type { Way } from './way.js';

/** ms for which what the page asks for is tried; a page would rather hear of a failure than wait longer. */
const ASK_FOR = 30_000;
/** ms after which a request is taken to wait for a free connection, of which held polls take up one each. */
const STARVED = 2_000;

/** A user in a room, and everything that keeps it there. */
export class RoomChat implements Chat {
  readonly ready: Promise<Ready>;
  state: State = 'connecting';
  private readonly emitter = new Emitter<ChatEvents>();
  private readonly pauses = new Pauses();
  private readonly session: Session;
  private readonly feed: Feed;
  private readonly polling: Polling;
  private readonly outbox: Outbox;
  private readonly signals: Signals;
  private readonly unwatch: () => void;
  private opened: Ready | null = null;

  constructor(readonly server: string, private readonly link: Way, wish: Wish) {
    this.session = new Session(link, this.pauses, new Keeper(server, wish.room), wish);
    this.feed = new Feed(this.emitter, this.session, (room, before) => this.insist('history', { room, before }, Infinity));
    this.session.renewed = (views) => this.feed.renew(views);
    this.polling = new Polling(this.session, this.pauses, {
      deliver: (answer) => this.feed.deliver(answer),
      online: () => this.turn('online', 'the server answers'),
      trouble: (reason) => this.turn('reconnecting', reason),
      ended: (failure) => this.end(failure),
    });
    this.outbox = new Outbox((values) => this.ask('send', values), this.pauses);
    this.signals = new Signals((values) => this.ask('signal', values));
    this.unwatch = watchPage({
      awake: () => this.polling.wake(),
      networkChanged: () => { this.pauses.wake(); this.polling.renew(); },
      hidden: (kept) => this.hide(kept),
      shown: () => { if (this.opened) this.polling.start(true); },
    });
    this.ready = this.open();
    this.ready.catch(() => undefined);
  }

  get user(): UserRef | null { return this.session.user; }
  get room(): string { return this.session.wish.room; }
  get way(): WayName | null { return this.link.name; }
  get why(): string { return this.link.why; }

  on<N extends keyof ChatEvents>(name: N, listener: (event: ChatEvents[N]) => void): () => void {
    const { opened } = this;
    if (name === 'ready' && opened) void this.ready.then(() => callSafely(listener as (event: Ready) => void, opened));
    return this.emitter.on(name, listener);
  }

  async send(message: string | Outgoing): Promise<Sent> {
    const { text, data, to, room } = typeof message === 'string' ? { text: message } as Outgoing : message;
    return this.outbox.send({ text, data, ...(to === undefined ? { room: room || this.room } : { to }) });
  }

  async signal(data: unknown, room = this.room): Promise<void> {
    await this.ready;
    return this.signals.send(room, { data, room });
  }

  async members(room = this.room): Promise<UserRef[]> {
    return (await this.insist('members', { room })).members;
  }

  async history(options: HistoryOptions = {}): Promise<HistoryPage> {
    const { before, limit, room = this.room } = options;
    return this.insist('history', { before, limit, room });
  }

  async rename(name: string): Promise<UserRef> {
    const { user } = await this.insist('rename', { name });
    this.session.renamed(user);
    return user;
  }

  async enter(room: string): Promise<RoomView> {
    await this.ready;
    this.feed.order.hold(room);
    const view = (await this.insist('enter', { room })).room;
    if (room !== this.room) this.session.entered.add(room);
    this.feed.open(view);
    return view;
  }

  async exit(room: string): Promise<void> {
    await this.insist('exit', { room });
    this.session.entered.delete(room);
    this.feed.close(room);
  }

  async doctor(tell?: (finding: Finding) => void): Promise<Finding[]> {
    return callDoctor(this.server, this.link.nonce, tell);
  }

  async leave(): Promise<void> {
    if (this.state === 'left') return;
    const { token } = this.session;
    const goodbye = token ? this.link.call('leave', { token }, PATIENCE).done.catch(() => undefined) : undefined;
    this.end(null);
    await goodbye;
  }

  private async open(): Promise<Ready> {
    try {
      const view = await this.session.open();
      const { user, pollTimeout } = this.session;
      if (!user) throw new Failure('left', 'This chat has ended.');
      if (pollTimeout) this.polling.hold.seconds = pollTimeout;
      return this.show(view, user);
    } catch (thrown) {
      this.end(asFailure(thrown));
      throw thrown;
    }
  }

  private show(view: RoomView, user: UserRef): Ready {
    this.feed.open(view);
    this.opened = { user, room: view.name, members: view.members, history: view.history };
    this.turn('online', 'the room is open');
    this.emitter.emit('ready', this.opened);
    void afterLoad().then(() => { if (this.state !== 'left') this.polling.start(); });
    return this.opened;
  }

  private async ask<O extends OperationName>(operation: O, values: Values): Promise<Answers[O]> {
    await this.ready;
    const starved = setTimeout(() => this.makeRoom(), STARVED);
    try {
      return await this.session.call(operation, values);
    } finally {
      clearTimeout(starved);
    }
  }

  private insist<O extends OperationName>(operation: O, values: Values, forMs = ASK_FOR): Promise<Answers[O]> {
    return persist(() => this.ask(operation, values), this.pauses, forMs);
  }

  /** Gives up the held poll's connection to a request that waits for one. */
  private makeRoom(): void {
    this.polling.hold.crowded();
    this.polling.renew();
  }

  private hide(kept: boolean): void {
    this.polling.stop();
    if (!kept && this.session.token) farewell(this.server, this.session.token);
  }

  private turn(state: State, reason: string): void {
    const was = this.state;
    if (was === state || was === 'left') return;
    this.state = state;
    this.emitter.emit('state', { state, was, reason });
  }

  /** The end of this chat: asked for (no failure), or because it cannot go on. */
  private end(failure: Failure | null): void {
    if (this.state === 'left') return;
    this.polling.stop();
    this.session.end(failure === null);
    this.unwatch();
    this.pauses.wake();
    this.turn('left', failure ? failure.message : 'left');
    if (failure && failure.code !== 'superseded') this.emitter.emit('error', failure);
  }
}
