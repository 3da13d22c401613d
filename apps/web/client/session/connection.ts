import type { RoomView } from '../../../../shared/protocol/events.js';
import type { OperationName } from '../../../../shared/protocol/operations.js';
import type { Answers } from '../answers.js';
import type { ChatEvents, Ready, State } from '../api.js';
import { asFailure, Failure } from '../errors.js';
import { Emitter } from '../events/emitter.js';
import { Feed } from '../events/feed.js';
import type { Letter } from '../events/outbox.js';
import { Pauses, persist } from '../polling/backoff.js';
import { afterLoad, watchPage } from '../polling/page-life.js';
import { Polling } from '../polling/polling.js';
import { farewell } from '../transport/beacon.js';
import type { Way } from '../transport/choose.js';
import { PATIENCE, type Values } from '../transport/transport.js';
import { Session, type Wish } from './session.js';
import { Keeper } from './storage.js';
import { type TabMessage, Tabs } from './tabs.js';

const NO_SERVER = 'Give `server`, the address of the chat.';
/** ms for which what the page asks for is tried; a page would rather hear of a failure than wait longer. */
const ASK_FOR = 30_000;
/** ms after which a request is taken to wait for a free connection, of which held polls take up one each. */
const STARVED = 2_000;

/** Keeps a user in its rooms: opens, polls or follows the tab that does, and tells the page what comes. */
export class Connection {
  state: State = 'connecting';
  opened: Ready | null = null;
  readonly emitter = new Emitter<ChatEvents>();
  readonly pauses = new Pauses();
  readonly session: Session;
  readonly feed: Feed;
  readonly ready: Promise<Ready>;
  private readonly polling: Polling;
  private readonly tabs: Tabs;
  private readonly unwatch: () => void;
  private settle: { resolve(ready: Ready): void; reject(failure: Failure): void } | null = null;
  private opening = false;
  /** The page was put away, and other tabs may have read the inbox meanwhile. */
  private away = false;
  private reason = '';

  constructor(
    private readonly server: string,
    readonly way: Way,
    wish: Wish,
    name: string | undefined,
    shared: boolean,
  ) {
    const session = (this.session = new Session(way, this.pauses, new Keeper(server, wish.room), wish, name));
    session.trouble = (reason) => this.turn('reconnecting', reason);
    this.feed = new Feed(this.emitter, this.session, this);
    this.polling = new Polling(this.session, this.pauses, {
      deliver: (answer) => this.feed.deliver(answer),
      online: () => this.turn('online', 'the server answers'),
      trouble: session.trouble,
      ended: (failure) => this.end(failure),
    });
    this.tabs = new Tabs(`nobackend-chat ${server} ${wish.room} ${name || ''}`, this, shared);
    this.unwatch = watchPage({
      awake: () => {
        this.polling.wake();
        this.tabs.look();
      },
      networkChanged: () => this.polling.renew(),
      hidden: (kept) => this.hide(kept),
      shown: () => this.tabs.start(),
    });
    this.ready = new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
    });
    this.ready.catch(() => undefined);
    if (server) {
      this.share();
      this.tabs.start();
    } else
      void Promise.resolve().then(() => {
        this.end(new Failure('bad_request', NO_SERVER, { field: 'server' }));
      });
  }

  /** Leading, it tells the other tabs; following, it asks the leader for what only one may do. */
  private share(): void {
    const { tabs, session, feed, emitter } = this;
    session.renewed = async (views) => {
      this.tellSession();
      await feed.renew(views);
      this.polling.renew(); // the held poll is still the former user's
    };
    const tell = (message: TabMessage): void => {
      if (tabs.leading) tabs.tell(message);
    };
    feed.accepted = (event, after) => tell({ kind: 'event', event, after });
    feed.met = (room, { members, more, count }) => tell({ kind: 'members', room, members, more, count });
    session.read = (token, cursor) => tell({ kind: 'moved', token, cursor });
    emitter.on('missed', (what) => tell({ kind: 'missed', what }));
    emitter.on('reset', (what) => tell({ kind: 'reset', what }));
    session.elsewhere = (spent) => {
      if (!tabs.leading) tabs.tell({ kind: 'spent', token: spent });
      return !tabs.leading;
    };
  }

  /** This tab polls. */
  lead(): void {
    if (this.opened) {
      this.session.claim();
      this.polling.start(true);
    } else void this.open(() => this.session.open());
    this.catchUp();
    this.tellSession();
  }

  /** Another tab polls; it has for a while, if this one was frozen. */
  follow(): void {
    this.polling.stop();
    this.session.unclaim();
    this.away = true;
  }

  hear(message: TabMessage): void {
    const { session, feed, emitter } = this;
    const { leading } = this.tabs;
    if (message.kind === 'entered') session.entered.add(message.room);
    if (leading && message.kind === 'hello') this.tellSession();
    if (leading && message.kind === 'spent') {
      if (message.token === session.token) this.polling.renew();
      else this.tellSession();
    }
    // a leader that was frozen hears of its successor's events before it hears that it has one
    if (message.kind === 'event') feed.hear(message.event, message.after);
    if (leading) return;
    if (message.kind === 'session') this.hearSession(message);
    if (message.kind === 'moved') session.moved(message.token, message.cursor);
    if (message.kind === 'members') feed.meet(message.room, message);
    if (message.kind === 'missed') emitter.emit('missed', message.what);
    if (message.kind === 'reset') emitter.emit('reset', message.what);
  }

  private hearSession({ kept, state, reason }: Extract<TabMessage, { kind: 'session' }>): void {
    if (kept) this.session.adopt(kept);
    if (this.opened || !kept) this.turn(state, reason);
    else void this.open(() => this.session.enterAgain());
    this.catchUp();
  }

  private catchUp(): void {
    if (this.away) this.feed.order.rooms().forEach((room) => void this.feed.catchUp(room));
    this.away = false;
  }

  private tellSession(): void {
    if (this.tabs.leading)
      this.tabs.tell({ kind: 'session', kept: this.session.kept(), state: this.state, reason: this.reason });
  }

  /** Gets the first view of the room, once, whoever leads meanwhile. */
  private async open(view: () => Promise<RoomView>): Promise<void> {
    if (this.opening) return;
    this.opening = true;
    this.feed.order.hold(this.session.wish.room);
    try {
      this.show(await view());
      if (this.way.name === 'jsonp') await afterLoad();
      if (this.state !== 'left' && this.tabs.leading) this.polling.start();
    } catch (thrown) {
      this.end(asFailure(thrown));
    }
  }

  private show(view: RoomView): void {
    const { user, pollTimeout } = this.session;
    if (!user || this.state === 'left') throw new Failure('left', 'The chat has ended.');
    if (pollTimeout) this.polling.hold.seconds = pollTimeout;
    const ready = (this.opened = Object.assign({ user, room: view.name }, view));
    this.feed.remember(view);
    if (this.settle) this.settle.resolve(ready);
    this.turn('online', 'the room is open');
    this.emitter.emit('ready', ready);
    this.feed.open(view);
    this.tellSession();
  }

  /** Asks the server for something, once. */
  ask<O extends OperationName>(operation: O, values: Values): Promise<Answers[O]> {
    return this.whenReady(() => this.session.call(operation, values));
  }

  /** Sends a letter, once. */
  post(letter: Letter): Promise<unknown> {
    return this.whenReady(() => this.session.post(letter));
  }

  private async whenReady<A>(request: () => Promise<A>): Promise<A> {
    await this.ready;
    const starved = setTimeout(() => {
      // the held poll gives up its connection
      this.polling.hold.crowded();
      this.polling.renew();
    }, STARVED);
    try {
      return await request();
    } finally {
      clearTimeout(starved);
    }
  }

  /** Asks until there is an answer, within reason. */
  insist<O extends OperationName>(operation: O, values: Values, forMs = ASK_FOR): Promise<Answers[O]> {
    return persist(() => this.ask(operation, values), this.pauses, forMs);
  }

  entered(room: string): void {
    this.session.entered.add(room);
    this.tabs.tell({ kind: 'entered', room });
  }

  /** Asks the server now, whatever is being waited for; following, the leader does. */
  retry(): void {
    this.polling.renew();
    this.tabs.tell({ kind: 'spent', token: this.session.token });
  }

  /** Ends this chat, and the user with its last tab. */
  async leave(): Promise<void> {
    if (this.state === 'left') return;
    const { token } = this.session;
    const shared = await this.tabs.shared();
    const goodbye =
      token && !shared ? this.way.call('leave', { token }, PATIENCE).done.catch(() => undefined) : undefined;
    this.end(null);
    await goodbye;
  }

  private hide(kept: boolean): void {
    const { token } = this.session;
    this.polling.stop();
    if (!kept && token && this.tabs.leading) farewell(this.server, token);
    this.session.unclaim();
    this.tabs.stop();
    this.away = this.opened !== null;
  }

  private turn(state: State, reason: string): void {
    const was = this.state;
    if (was === state || was === 'left') return;
    this.state = state;
    this.reason = reason;
    this.tellSession();
    this.emitter.emit('state', { state, was, reason });
  }

  /** The end of this chat: asked for (no failure), or because it cannot go on. */
  private end(failure: Failure | null): void {
    if (this.state === 'left') return;
    this.polling.stop();
    this.tabs.stop();
    this.session.end(failure === null);
    this.unwatch();
    this.pauses.wake();
    if (this.settle) this.settle.reject(failure || new Failure('left', 'The chat has ended.'));
    this.turn('left', failure ? failure.message : 'left');
    if (failure && failure.code !== 'superseded') this.emitter.emit('error', failure);
  }
}
