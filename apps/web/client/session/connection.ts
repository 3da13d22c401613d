import type { RoomView } from '../../../../shared/protocol/events.js';
import type { OperationName } from '../../../../shared/protocol/operations.js';
import type { Answers, Fields } from '../answers.js';
import type { ChatEvents, Ready, State } from '../api.js';
import { type Pauses, persist } from '../backoff.js';
import { asFailure, Failure } from '../errors.js';
import type { Emitter } from '../events/emitter.js';
import { Feed } from '../events/feed.js';
import { makeOutbox, type Outbox, type PendingWrite } from '../events/outbox.js';
import type { Values } from '../events/values.js';
import { afterLoad, watchPage } from '../polling/page-life.js';
import { Polling } from '../polling/polling.js';
import type { GetStreams } from '../stream-code.js';
import { leaveByBeacon } from '../transport/beacon.js';
import type { TransportChoice } from '../transport/choose.js';
import { REQUEST_TIMEOUT_MS, within } from '../transport/transport.js';
import { type Deferred, makeDeferred } from './deferred.js';
import { type Home, Session } from './session.js';
import { makeSessionStore } from './storage.js';
import type { TabMessage } from './tab-message.js';
import { Tabs } from './tabs.js';

/** The page has given no server, or no whole address. */
export const noServer = (): Failure =>
  new Failure('bad_request', 'Set `server` to the https:// address of the chat.', { field: 'server' });

/** How long a request of the page is retried. After that the page should rather hear of the failure. */
const RETRY_FOR_MS = 30_000;
/** A request without an answer after this time waits for a free connection. Each held poll takes up one. */
const STARVED_MS = 2_000;

/** The part of a chat that stays when it goes over to another server. */
export interface Page {
  state: State;
  /** The room as it was opened last. */
  readonly opened: Ready | null;
  readonly ready: Deferred<Ready>;
  readonly emitter: Emitter<ChatEvents>;
  readonly pauses: Pauses;
  /** The values by room. */
  readonly values: Map<string, Values>;
  /** The rooms that the page has entered beside the first. */
  readonly entered: Set<string>;
  /** The name that the user had on the server before. */
  readonly name: string | undefined;
  readonly getStreams: GetStreams;
  /** The room is open. */
  shown(ready: Ready): void;
  /** Called with each answer of the server, and each time that it does not answer. */
  heard(answers: boolean): void;
}

/** Keeps a user in its rooms: opens them, polls or follows the tab that polls, and passes events on to the page. */
export class Connection {
  readonly session: Session;
  readonly feed: Feed;
  readonly outbox: Outbox;
  readonly transport: TransportChoice;
  private readonly server: string;
  private readonly polling: Polling;
  private readonly tabs: Tabs;
  private readonly unwatch: () => void;
  private opening = false;
  private isOpen = false;
  /** Resolves when the room is open on this server. */
  private readonly open = makeDeferred<unknown>();
  /** The chat has ended, or has gone over to another server. */
  private isOver = false;
  /** The page was hidden or frozen. Other tabs may have read the inbox meanwhile. */
  private away = false;
  private reason = '';

  constructor(
    private readonly page: Page,
    { server, transport, home }: { server: string; transport: TransportChoice; home: Home },
    nickname: string | undefined,
    shared: boolean,
  ) {
    this.server = server;
    this.transport = transport;
    const sayBusy = (failure: Failure): void => {
      if (failure.reason === 'share') page.emitter.emit('busy', failure);
    };
    this.outbox = makeOutbox((write) => this.post(write), page.pauses, sayBusy);
    const store = makeSessionStore(server, home.room);
    const session = new Session(transport, page, store, home, nickname);
    this.session = session;
    session.trouble = ({ code, message }) => this.changeState('reconnecting', message, code === 'rate_limited');
    this.feed = new Feed(page.emitter, session, this, page.values);
    this.polling = new Polling(session, page.pauses, {
      deliver: (answer) => this.feed.deliver(answer),
      online: () => this.online('the server answers'),
      trouble: session.trouble,
      ended: (failure) => this.end(failure),
    });
    this.tabs = new Tabs(`nobackend-chat ${server} ${home.room} ${nickname || ''}`, this, shared);
    this.unwatch = watchPage({
      awake: () => {
        this.polling.wake();
        this.tabs.checkLeader();
      },
      networkChanged: () => this.polling.renew(),
      hidden: (kept) => this.hide(kept),
      shown: () => this.tabs.start(),
    });
    this.connect();
    if (server) this.tabs.start();
    else
      void Promise.resolve().then(() => {
        this.end(noServer());
      });
  }

  get ready(): Promise<Ready> {
    return this.page.ready.promise;
  }

  /** A leading tab tells the others what it hears. A following tab asks the leader for what only one tab may do. */
  private connect(): void {
    const { tabs, session, feed, page } = this;
    const { emitter } = page;
    session.renewed = async (views) => {
      this.tellSession();
      await feed.renew(views);
      this.polling.renew(); // the held poll still belongs to the former user
    };
    const tell = (message: TabMessage): void => {
      if (tabs.leading) tabs.tell(message);
    };
    feed.accepted = (chatEvent, after) => tell({ kind: 'event', event: chatEvent, after });
    feed.membersKnown = (room, { members, more, count }) => tell({ kind: 'members', room, members, more, count });
    session.advanced = (token, cursor) => tell({ kind: 'moved', token, cursor });
    for (const kind of ['missed', 'reset', 'gap'] as const)
      emitter.on(kind, (what) => tell({ kind, what } as TabMessage));
    session.nameKey = () => tabs.lock;
    session.askLeader = (spent) => {
      if (!tabs.leading) tabs.tell({ kind: 'spent', token: spent });
      return !tabs.leading;
    };
  }

  /** This tab polls from now on. */
  lead(): void {
    if (this.isOpen) {
      this.session.claim();
      this.polling.start(true);
    } else void this.openRoom(() => this.session.open());
    this.catchUp();
    this.tellSession();
  }

  /** Another tab polls from now on. If this one was frozen, the other has polled for a while. */
  follow(): void {
    this.polling.stop();
    this.session.unclaim();
    this.away = true;
  }

  /** Takes a message of another tab. */
  hear(message: TabMessage): void {
    if (message.kind === 'entered') this.page.entered.add(message.room);
    // a leader that was frozen hears of its successor's events before it hears that it has one
    if (message.kind === 'event') this.feed.hear(message.event, message.after);
    if (this.tabs.leading) this.hearFollower(message);
    else this.hearLeader(message);
  }

  private hearFollower(message: TabMessage): void {
    if (message.kind === 'hello') this.tellSession();
    if (message.kind !== 'spent') return;
    if (message.token === this.session.token) this.polling.renew();
    else this.tellSession();
  }

  private hearLeader(message: TabMessage): void {
    const { session, feed, page } = this;
    if (message.kind === 'session') this.hearSession(message);
    if (message.kind === 'moved') session.advance(message.token, message.cursor);
    if (message.kind === 'members') feed.setMembers(message.room, message);
    if ('what' in message) page.emitter.emit<'gap'>(message.kind as 'gap', message.what as { room: string });
  }

  private hearSession({ kept, state, reason }: Extract<TabMessage, { kind: 'session' }>): void {
    if (kept) this.session.adopt(kept);
    if (this.isOpen || !kept) this.changeState(state, reason);
    else void this.openRoom(() => this.session.reenter());
    this.catchUp();
  }

  private catchUp(): void {
    if (this.away) for (const room of this.feed.order.rooms()) void this.feed.catchUp(room);
    this.away = false;
  }

  private tellSession(): void {
    if (this.tabs.leading)
      this.tabs.tell({ kind: 'session', kept: this.session.stored(), state: this.page.state, reason: this.reason });
  }

  /** Gets the first view of the room. Does so once, whichever tab leads meanwhile. */
  private async openRoom(view: () => Promise<RoomView>): Promise<void> {
    if (this.opening) return;
    this.opening = true;
    this.feed.order.buffer(this.session.home.room);
    try {
      this.show(await view());
      if (this.transport.name === 'jsonp') await afterLoad();
      if (!this.isOver && this.tabs.leading) this.polling.start();
      await this.stream();
    } catch (thrown) {
      this.end(asFailure(thrown));
    }
  }

  /** Goes over to streams, when their code is here. */
  private async stream(): Promise<void> {
    const { polling, server } = this;
    const makeStreams = this.session.streams && (await this.page.getStreams(server));
    if (makeStreams) polling.open(makeStreams(polling, server, { Failure, fetch, within }));
  }

  private show(view: RoomView): void {
    const { user, pollTimeout } = this.session;
    if (!user || this.isOver) throw new Failure('left', 'The chat has ended.');
    if (pollTimeout) this.polling.hold.seconds = pollTimeout;
    this.isOpen = true;
    this.open.resolve(0);
    this.feed.remember(view);
    this.page.shown(Object.assign({ user, room: view.name }, view));
    this.feed.open(view);
    this.tellSession();
  }

  /** Asks the server once, when the room is open. */
  request<O extends OperationName>(operation: O, values: Fields): Promise<Answers[O]> {
    return this.afterReady(() => this.session.call(operation, values));
  }

  /** Sends a write once, when the room is open. */
  post(write: PendingWrite): Promise<unknown> {
    return this.afterReady(() => this.session.post(write));
  }

  private async afterReady<A>(request: () => Promise<A>): Promise<A> {
    await this.open.promise;
    const starved = setTimeout(() => this.polling.starved(), STARVED_MS);
    try {
      return await request();
    } finally {
      clearTimeout(starved);
    }
  }

  /** Asks the server, and retries for `forMs`. */
  keepAsking<O extends OperationName>(operation: O, values: Fields, forMs = RETRY_FOR_MS): Promise<Answers[O]> {
    return persist(() => this.request(operation, values), this.page.pauses, forMs);
  }

  /** How events come to this tab, as the doctor knows it. */
  get way(): string {
    const { polling, session, tabs, transport } = this;
    if (!tabs.leading) return 'tab';
    if (polling.streaming) return 'stream';
    return session.polls || (polling.hold.isCrowded ? 'crowded' : transport.streams ? 'soon' : `${transport.name}`);
  }

  entered(room: string): void {
    this.page.entered.add(room);
    this.tabs.tell({ kind: 'entered', room });
  }

  /** Asks the server now, and ends all waits. In a following tab, the leader does it. */
  retry(): void {
    this.polling.renew();
    this.tabs.tell({ kind: 'spent', token: this.session.token });
  }

  /** Ends this chat. The user ends with its last tab. */
  async leave(): Promise<void> {
    if (this.isOver) return;
    const { token } = this.session;
    const shared = await this.tabs.shared();
    const left =
      token && !shared && this.transport.call('leave', { token }, REQUEST_TIMEOUT_MS).done.catch(() => undefined);
    this.end(null);
    await left;
  }

  private hide(kept: boolean): void {
    const { token } = this.session;
    if (!kept) this.polling.flush(); // a request on its way would keep the page out of the cache
    this.polling.stop();
    if (!kept && token && this.tabs.leading) leaveByBeacon(this.server, token);
    this.session.unclaim();
    this.tabs.stop();
    this.away = this.isOpen;
  }

  /** The chat goes over to another server. The user here ends soon, unless another tab goes on with it. */
  retire(): void {
    this.isOver = true;
    this.hide(false);
    this.stop(false, new Failure('left', 'The server has changed.'));
  }

  online(reason: string): void {
    this.changeState('online', reason);
  }

  /** `answers`: the server answers, although the chat does not work now. */
  private changeState(state: State, reason: string, answers = state === 'online'): void {
    const { page } = this;
    const was = page.state;
    if (state !== 'left') {
      if (this.isOver) return;
      page.heard(answers);
    }
    if (was === state || was === 'left') return;
    page.state = state;
    this.reason = reason;
    this.tellSession();
    page.emitter.emit('state', { state, was, reason });
  }

  /** Ends this chat. With a failure it could not go on. Without one, the page asked for it. */
  private end(failure: Failure | null): void {
    if (this.isOver) return;
    const { page } = this;
    this.isOver = true;
    const ended = new Failure('left', 'The chat has ended.');
    this.stop(failure === null, ended, failure || ended);
    page.ready.reject(failure || ended);
    this.changeState('left', failure ? failure.message : 'left');
    if (failure && failure.code !== 'superseded') page.emitter.emit('error', failure);
  }

  /** Sends nothing from now on. `forget`: the session is not resumed. `why`: the failure of later requests. */
  private stop(forget: boolean, why: Failure, failure = why): void {
    this.open.reject(failure);
    this.polling.stop();
    this.tabs.stop();
    this.session.end(forget, why);
    this.unwatch();
    this.page.pauses.wake();
  }
}
