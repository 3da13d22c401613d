import type { RoomView, UserRef } from '../../../../shared/protocol/events.js';
import { HISTORY_ON_ENTER_MAX } from '../../../../shared/protocol/limits.js';
import type { OperationName } from '../../../../shared/protocol/operations.js';
import type { Answers } from '../answers.js';
import { asFailure, Failure } from '../errors.js';
import type { Letter } from '../events/outbox.js';
import { type Pauses, persist } from '../polling/backoff.js';
import { secret } from '../secret.js';
import type { Way } from '../transport/choose.js';
import { type Call, PATIENCE, type Values } from '../transport/transport.js';
import type { Keeper, KeptSession } from './storage.js';

/** Where a page wants to be, as `enter` takes it; `owner`: the room's owner token, given by the page or by the server. */
export type Wish = { room: string; owner: string | undefined };

/** ms after which a line that failed is taken to be slow, and the part of the history that is asked for then. */
const SLOW = 3_000;
const LESS = 4;
/** Suggested names tried in a row before a guest name is taken. */
const SUGGESTIONS_MAX = 5;

/** Who this page is to the server: its token, and how to get a new one when the old one is worth nothing. */
export class Session {
  user: UserRef | null = null;
  token = '';
  cursor = '';
  /** How many events of a room's history are asked for at a time; undefined: as many as the server gives. */
  share: number | undefined;
  /** Seconds the server would hold a poll; 0 when it did not say. */
  pollTimeout = 0;
  /** Rooms entered by this page, beside the first. */
  readonly entered = new Set<string>();
  /** Ids of users that this one has blocked. */
  blocked: number[] = [];
  /** Called with the rooms as they are now, when the user had to be made anew. */
  renewed: (views: RoomView[]) => Promise<void> = () => Promise.resolve();
  /** Called when the inbox has been read further. */
  read: (token: string, cursor: string) => void = () => undefined;
  /** Called with the reason whenever the server has to be asked again. */
  trouble: (reason: string) => void = () => undefined;
  /** Another tab's job: true when it was asked to make the user anew. */
  elsewhere: (spent: string) => boolean = () => false;
  private renewal: Promise<void> | null = null;
  private ended = false;

  /** `name`: the one that the page asks for. */
  constructor(
    private readonly way: Way,
    private readonly pauses: Pauses,
    private readonly keeper: Keeper,
    readonly wish: Wish,
    private readonly name: string | undefined,
  ) {}

  /** Takes up the session of before a reload, or joins. */
  async open(): Promise<RoomView> {
    const kept = this.keeper.read();
    return (kept && (await this.keeper.claim(kept)) && (await this.resume(kept))) || this.join(this.name);
  }

  /** Shows other tabs that this one has the session; they may have a copy of it in their storage. */
  claim(): void {
    const kept = this.kept();
    if (kept) void this.keeper.claim(kept);
    this.keep();
  }

  /** The page is going: the next one may take up the session. */
  unclaim(): void {
    this.keep(false);
    this.keeper.guard.release();
  }

  /** The room as it is, for a tab that has just got to know its user. */
  async enterAgain(): Promise<RoomView> {
    return (await this.view((history) => this.call('enter', Object.assign(history, this.wish)))).room;
  }

  /** A call with this user's token; joins again and repeats it when the server does not know the user any more. */
  async call<O extends OperationName>(operation: O, values: Values): Promise<Answers[O]> {
    const { token } = this;
    try {
      return await this.start(operation, values).done;
    } catch (thrown) {
      if (asFailure(thrown).code !== 'unauthorized') throw thrown;
      await this.renew(token);
      return this.start(operation, values).done;
    }
  }

  /** Sends a letter once. One that a former user may have sent already is looked for first, by that user's nonce. */
  async post(letter: Letter): Promise<unknown> {
    if (letter.doubt && letter.doubt !== this.token) {
      const { id, room, to, key } = letter.values;
      const isGone = /^@me\//.test(key as string); // the former user's own values went with it
      const found = isGone ? {} : await this.call('sent', { former: letter.doubt, id, room, to });
      if (found.id) return Object.assign(found, { version: found.id });
      letter.doubt = '';
    }
    const { token } = this;
    try {
      return await this.start(letter.operation, letter.values).done;
    } catch (thrown) {
      const { code } = asFailure(thrown);
      if (/^(network|unavailable)$/.test(code)) letter.doubt = token;
      if (code !== 'unauthorized') throw thrown;
      await this.renew(token);
      throw asFailure('joined again'); // so that it is tried again
    }
  }

  /** One request, in this user's name. */
  start<O extends OperationName>(operation: O, values: Values, patienceMs = PATIENCE): Call<Answers[O]> {
    if (this.ended) throw new Failure('left', 'The chat has ended.');
    const call = this.way.call(operation, Object.assign({ token: this.token || undefined }, values), patienceMs);
    call.done.then(
      (answer) => {
        const { owner, blocked } = answer as { owner?: string; blocked?: number[] };
        if (blocked) this.blocked = blocked;
        if (owner && values.room === this.wish.room) this.wish.owner = owner;
      },
      () => undefined,
    );
    return call;
  }

  /** Joins again under the same name, once for all who found that `spent` is worth nothing. */
  renew(spent: string): Promise<void> {
    if (this.token === spent && this.elsewhere(spent))
      return Promise.reject(new Failure('network', 'Another tab joins.'));
    if (this.token === spent && !this.renewal) {
      const done = (): void => {
        this.renewal = null;
      };
      this.renewal = this.rejoin();
      this.renewal.then(done, done);
    }
    return this.renewal || Promise.resolve();
  }

  /** Remembers how far `token`'s inbox has been read. */
  moved(token: string, cursor: string): void {
    if (token !== this.token) return;
    this.cursor = cursor;
    this.read(token, cursor);
    this.keep();
  }

  /** Takes over what another tab, or this page before its reload, was. */
  adopt({ token, user, cursor }: Omit<KeptSession, 'open'>): void {
    Object.assign(this, { token, user, cursor });
    this.keep();
  }

  /** What another tab needs to know; null before there is a user. */
  kept(): KeptSession | null {
    const { user, token, cursor, name } = this;
    return user && { user, token, cursor, wish: name };
  }

  renamed(user: UserRef): void {
    this.user = user;
    this.keep();
  }

  /** Nothing is sent from now on. */
  end(forget: boolean): void {
    this.keep(false);
    this.ended = true;
    if (forget) this.keeper.write(null);
    this.keeper.release();
  }

  private async resume(kept: KeptSession): Promise<RoomView | null> {
    this.adopt(kept);
    try {
      const { room } = await this.view((history) => this.start('enter', Object.assign(history, this.wish)).done);
      if (this.name && this.name !== kept.wish) await this.takeName(this.name);
      return room;
    } catch (thrown) {
      if (asFailure(thrown).code === 'unauthorized') return null;
      throw thrown;
    }
  }

  /** The page's code asks for another name than before the reload; that it is taken is no reason to fail. */
  private async takeName(name: string): Promise<void> {
    try {
      this.renamed((await this.insist('rename', { name })).user);
    } catch (thrown) {
      if (asFailure(thrown).code !== 'name_taken') throw thrown;
    }
  }

  private async join(name: string | undefined): Promise<RoomView> {
    let id: string | undefined = secret();
    for (let tries = 1; ; tries++) {
      const values = Object.assign({ token: undefined, name, id }, this.wish);
      try {
        const answer = await this.view((history) => this.start('join', Object.assign(history, values)).done);
        this.pollTimeout = answer.pollTimeout;
        this.adopt(answer);
        this.claim();
        return answer.room;
      } catch (thrown) {
        const failure = asFailure(thrown);
        if (failure.field === 'id' && id)
          id = undefined; // an older server, as there may be while one is replaced
        else if (failure.code !== 'name_taken') throw failure;
        else name = tries < SUGGESTIONS_MAX ? failure.suggestion : undefined;
      }
    }
  }

  private async rejoin(): Promise<void> {
    const views = [await this.join(this.user ? this.user.name : this.name)];
    for (const room of [...this.entered]) {
      const refused = (thrown: unknown): void => {
        if (asFailure(thrown).code !== 'not_allowed') throw thrown;
      };
      const entered = this.view((history) => this.start('enter', Object.assign(history, { room })).done);
      await entered.then((answer) => {
        views.push(answer.room);
      }, refused);
    }
    void this.blockAgain();
    await this.renewed(views);
  }

  /** The blocks of a user end with it: the new one blocks the same others, as fast as the server takes it. */
  private async blockAgain(): Promise<void> {
    for (const user of [...this.blocked]) await this.insist('block', { user }).catch(() => undefined);
  }

  /** Until the server has said yes or no, however long it is away. */
  private insist<O extends OperationName>(operation: O, values: Values): Promise<Answers[O]> {
    return this.lasting(() => this.start(operation, values).done);
  }

  /** Until there is an answer that shows a room: a slow line that failed is asked to carry less of its history. */
  private view<A>(attempt: (history: { history: number | undefined }) => Promise<A>): Promise<A> {
    return this.lasting(async () => {
      const from = Date.now();
      try {
        return await attempt({ history: this.share });
      } catch (thrown) {
        const slow = asFailure(thrown).code === 'network' && Date.now() - from > SLOW;
        if (slow) this.share = Math.ceil((this.share || HISTORY_ON_ENTER_MAX) / LESS);
        throw thrown;
      }
    });
  }

  private lasting<T>(attempt: () => Promise<T>): Promise<T> {
    return persist(attempt, this.pauses, Infinity, this.trouble);
  }

  private keep(open = true): void {
    const kept = this.kept();
    if (kept && !this.ended) this.keeper.write(Object.assign(kept, { open }));
  }
}
