import type { RoomView, UserRef } from '../../../../shared/protocol/events.js';
import { HISTORY_ON_ENTER_MAX } from '../../../../shared/protocol/limits.js';
import type { OperationName } from '../../../../shared/protocol/operations.js';
import type { Answers, Fields } from '../answers.js';
import { type Pauses, persist } from '../backoff.js';
import { asFailure, Failure } from '../errors.js';
import type { PendingWrite } from '../events/outbox.js';
import { secret } from '../secret.js';
import type { StreamTrouble } from '../stream-trouble.js';
import type { TransportChoice } from '../transport/choose.js';
import { type Call, REQUEST_TIMEOUT_MS } from '../transport/transport.js';
import { underFreeName } from './free-name.js';
import { keptName } from './kept-name.js';
import { keyFor, rememberKey } from './room-keys.js';
import type { SessionStore } from './storage.js';
import type { StoredSession } from './stored.js';

/**
 * The room that was joined, as `enter` takes it. `owner`: its owner token, from the page or from the server. `key`: its
 * key, from the page, its address, an earlier visit or the server.
 */
export type Home = { room: string; owner: string | undefined; key: string | undefined };

/** The parts of the page's chat that a session shares with those on other servers. */
interface SessionPage {
  readonly pauses: Pauses;
  /** The rooms that the page has entered beside the first. */
  readonly entered: Set<string>;
  /** The name that the user had on the server before. */
  readonly name: string | undefined;
}

/** A request that fails after more than this means that the line is slow. */
const SLOW_LINE_MS = 3_000;
/** On a slow line, each attempt asks for this fraction of the history. */
const HISTORY_CUT_FACTOR = 4;

/** The user of this page: its token, and how to get a new one when the server does not know the old one any more. */
export class Session {
  user: UserRef | null = null;
  token = '';
  cursor = '';
  /** Why streams have been given up. '' if they have not. It is saved with the cursor. */
  polls: StreamTrouble | '' = '';
  /** The number of events to ask for at a time. Undefined: as many as the server gives. */
  historyMax: number | undefined;
  /** The seconds for which the server would hold a poll. 0 if it did not say. */
  pollTimeout = 0;
  /** The ids of the users that this one has blocked. */
  blocked: number[] = [];
  /** Called with the rooms as they are now, when the server has made the user anew. */
  renewed!: (views: RoomView[]) => Promise<void>;
  /** Called when the inbox has been read further. */
  advanced!: (token: string, cursor: string) => void;
  /** Called with the failure whenever a request must be repeated. */
  trouble!: (failure: Failure) => void;
  /** Returns where this browser keeps the user's name. '' if another living tab may have a user of the same kind. */
  nameKey!: () => string;
  /** Asks the leading tab to make the user anew. Returns false if this tab leads. */
  askLeader!: (spent: string) => boolean;
  private rejoining: Promise<void> | null = null;
  /** Why nothing is sent any more. */
  private ended: Failure | null = null;

  /** `nickname`: the one that the page asks for. */
  constructor(
    private readonly transport: TransportChoice,
    private readonly page: SessionPage,
    private readonly store: SessionStore,
    readonly home: Home,
    private readonly nickname: string | undefined,
  ) {}

  /** Resumes the session from before a reload, or joins. */
  async open(): Promise<RoomView> {
    const stored = this.store.read();
    return (
      (stored && (await this.store.claim(stored)) && (await this.resume(stored))) ||
      this.join(this.page.name || this.nickname)
    );
  }

  /** Shows other tabs that this one has the session. They may have a copy of it in their storage. */
  claim(): void {
    const stored = this.stored();
    if (stored) void this.store.claim(stored);
    this.save();
  }

  /** The page is going away. The next one may resume the session. */
  unclaim(): void {
    this.save(false);
    this.store.lock.release();
  }

  /** Returns the room as it is now, for a tab that has just got to know its user. */
  async reenter(): Promise<RoomView> {
    return (await this.viewRoom((limit) => this.call('enter', Object.assign(limit, this.home)))).room;
  }

  /** Calls an operation. If the server does not know the user any more, joins again and repeats the call. */
  async call<O extends OperationName>(operation: O, values: Fields): Promise<Answers[O]> {
    const { token } = this;
    try {
      return await this.start(operation, values).done;
    } catch (thrown) {
      if (asFailure(thrown).code !== 'unauthorized') throw thrown;
      await this.renew(token);
      return this.start(operation, values).done;
    }
  }

  /**
   * Sends a write once. If a former user may have sent it already, first asks the server by that user's token and
   * nonce.
   */
  async post(write: PendingWrite): Promise<unknown> {
    if (write.sentBy && write.sentBy !== this.token) {
      const { id, room, to, key } = write.fields;
      const isGone = /^@me\//.test(key as string); // the former user's own values ended with it
      const found = isGone ? {} : await this.call('sent', { former: write.sentBy, id, room, to });
      if (found.id) return Object.assign(found, { version: found.id });
      write.sentBy = '';
    }
    const { token } = this;
    try {
      return await this.start(write.operation, write.fields).done;
    } catch (thrown) {
      const { code } = asFailure(thrown);
      if (/^(network|unavailable)$/.test(code)) write.sentBy = token;
      if (code !== 'unauthorized') throw thrown;
      await this.renew(token);
      throw asFailure('joined again'); // so that it is tried again
    }
  }

  /** Sends one request with this user's token. */
  start<O extends OperationName>(operation: O, values: Fields, timeoutMs = REQUEST_TIMEOUT_MS): Call<Answers[O]> {
    if (this.ended) throw this.ended;
    const call = this.transport.call(operation, Object.assign({ token: this.token || undefined }, values), timeoutMs);
    call.done.then(
      (answer) => {
        const { owner, blocked } = answer as { owner?: string; blocked?: number[] };
        if (blocked) this.blocked = blocked;
        if (owner && values.room === this.home.room) this.home.owner = owner;
        this.learnKey(operation, values, answer);
      },
      (failure) => this.learnKey(operation, values, failure),
    );
    return call;
  }

  /**
   * Remembers the key that the owner has made, or one that is right. Forgets one that is wrong. A refusal for another
   * reason means that the key is right, but members and owners are let in whatever the key is.
   */
  private learnKey(operation: OperationName, { room, key, owner, member }: Fields, outcome: object): void {
    const { reason, room: view, member: made } = outcome as Partial<Failure & Answers['enter'] & Answers['keys']>;
    const { server } = this.store;
    if (member && operation === 'keys') {
      rememberKey(server, room, made);
      if (room === this.home.room) this.home.key = made;
    }
    if (!key || !/^(join|enter)$/.test(operation)) return;
    const isProven = operation === 'join' && !owner;
    if (reason === 'key') rememberKey(server, room, undefined, key);
    else if (reason || (view && (isProven || view.role === 'moderator' || !keyFor(server, view.name))))
      rememberKey(server, room, key);
  }

  /** Sends one poll, which acknowledges what has been read. The server holds it for up to `timeout` seconds. */
  poll(timeout: number): Call<Answers['poll']> {
    return this.start('poll', { cursor: this.cursor || undefined, timeout }, timeout * 1_000 + REQUEST_TIMEOUT_MS);
  }

  get streams(): boolean {
    return !this.polls && this.transport.streams;
  }

  /** Acknowledges what a stream has brought. If that fails, the next time does it. */
  ack(): void {
    this.start('ack', { cursor: this.cursor }).done.catch(() => undefined);
  }

  /**
   * Joins again under the same name, because the server does not know `spent` any more. All callers share one attempt.
   */
  renew(spent: string): Promise<void> {
    if (this.token === spent && this.askLeader(spent))
      return Promise.reject(new Failure('network', 'Another tab signs in again.'));
    if (this.token === spent && !this.rejoining) {
      const done = (): void => {
        this.rejoining = null;
      };
      this.rejoining = this.rejoin();
      this.rejoining.then(done, done);
    }
    return this.rejoining || Promise.resolve();
  }

  /** Remembers how far the inbox of `token` has been read. */
  advance(token: string, cursor: string): void {
    if (token !== this.token) return;
    this.cursor = cursor;
    this.advanced(token, cursor);
    this.save();
  }

  /** Takes over the session of another tab, or of this page before its reload. */
  adopt({ token, user, cursor, polls = this.polls }: Omit<StoredSession, 'open'>): void {
    this.token = token;
    this.user = user;
    this.cursor = cursor;
    this.polls = polls;
    this.save();
  }

  /** Returns what another tab needs to know. Null before there is a user. */
  stored(): StoredSession | null {
    const { user, token, cursor, nickname, polls } = this;
    return user && { user, token, cursor, wish: nickname, polls };
  }

  renamed(user: UserRef): void {
    this.user = user;
    keptName(this.nameKey(), user.name);
    this.save();
  }

  /** Sends nothing from now on, because of `why`. `forget`: a later page does not resume the session. */
  end(forget: boolean, why: Failure): void {
    this.save(false);
    this.ended = why;
    if (forget) this.store.write(null);
    this.store.release();
  }

  /** Resolves with null if the server does not know the user any more. */
  private async resume(stored: StoredSession): Promise<RoomView | null> {
    this.adopt(stored);
    try {
      const { room } = await this.enter(this.home);
      if (this.nickname && this.nickname !== stored.wish) await this.takeName(this.nickname);
      return room;
    } catch (thrown) {
      if (asFailure(thrown).code === 'unauthorized') return null;
      throw thrown;
    }
  }

  /** The page asks for another name than before the reload. If it is taken, the user keeps the former one. */
  private async takeName(nickname: string): Promise<void> {
    try {
      await this.rename(nickname);
    } catch (thrown) {
      if (asFailure(thrown).code !== 'name_taken') throw thrown;
    }
  }

  /** Enters a room, if need be under the name that the server suggests. */
  private enter(values: object): Promise<Answers['enter']> {
    return underFreeName(
      () => this.viewRoom((limit) => this.start('enter', Object.assign(limit, values)).done),
      (free) => this.rename(free as string),
    );
  }

  private async rename(nickname: string): Promise<void> {
    this.renamed((await this.callForever('rename', { name: nickname })).user);
  }

  private async join(nickname: string | undefined): Promise<RoomView> {
    const { name = nickname, secret: own } = keptName(this.nameKey());
    const values: Fields = Object.assign({ token: undefined, name, id: secret(), secret: own }, this.home);
    const answer = await underFreeName(
      () => this.viewRoom((limit) => this.start('join', Object.assign(limit, values)).done),
      (free) => {
        if (free) values.name = free;
        else values.secret = undefined;
      },
    );
    this.pollTimeout = answer.pollTimeout;
    this.adopt(answer);
    this.renamed(answer.user);
    this.claim();
    return answer.room;
  }

  private async rejoin(): Promise<void> {
    const views = [await this.join(this.user ? this.user.name : this.nickname)];
    for (const room of [...this.page.entered]) {
      try {
        views.push((await this.enter({ room, key: keyFor(this.store.server, room) })).room);
      } catch (thrown) {
        if (asFailure(thrown).code !== 'not_allowed') throw thrown;
      }
    }
    void this.blockAgain();
    await this.renewed(views);
  }

  /** The blocks of a user end with it. The new user blocks the same others, as fast as the server accepts that. */
  private async blockAgain(): Promise<void> {
    for (const user of [...this.blocked]) await this.callForever('block', { user }).catch(() => undefined);
  }

  /** Retries until the server has answered, however long it is away. */
  private callForever<O extends OperationName>(operation: O, values: Fields): Promise<Answers[O]> {
    return this.repeatForever(() => this.start(operation, values).done);
  }

  /** Retries until there is an answer that shows a room. On a slow line, each attempt asks for less of the history. */
  private viewRoom<A>(attempt: (limit: { history: number | undefined }) => Promise<A>): Promise<A> {
    return this.repeatForever(async () => {
      const startedAt = Date.now();
      try {
        return await attempt({ history: this.historyMax });
      } catch (thrown) {
        const isSlow = asFailure(thrown).code === 'network' && Date.now() - startedAt > SLOW_LINE_MS;
        if (isSlow) this.historyMax = Math.ceil((this.historyMax || HISTORY_ON_ENTER_MAX) / HISTORY_CUT_FACTOR);
        throw thrown;
      }
    });
  }

  private repeatForever<T>(attempt: () => Promise<T>): Promise<T> {
    return persist(attempt, this.page.pauses, Infinity, this.trouble);
  }

  private save(inUse = true): void {
    const stored = this.stored();
    if (stored && !this.ended) this.store.write(Object.assign(stored, { open: inUse }));
  }
}
