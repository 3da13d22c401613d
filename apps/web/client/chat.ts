import type { RoomView, UserRef } from '../../../shared/protocol/events.js';
import type { OperationName } from '../../../shared/protocol/operations.js';
import type { Answers } from './answers.js';
import type {
  Chat,
  ChatEvents,
  ChatValues,
  Finding,
  HistoryOptions,
  HistoryPage,
  Outgoing,
  Ready,
  Sent,
  State,
  WayName,
} from './api.js';
import { callDoctor } from './diagnostics.js';
import { asJson } from './errors.js';
import { callSafely } from './events/emitter.js';
import { Outbox } from './events/outbox.js';
import { Signals } from './events/signals.js';
import type { Connection } from './session/connection.js';
import type { Values } from './transport/transport.js';

/** A room as a page has it. */
export class RoomChat implements Chat {
  private readonly outbox: Outbox;
  private readonly signals: Signals;

  constructor(
    readonly server: string,
    private readonly connection: Connection,
  ) {
    this.outbox = new Outbox((letter) => connection.post(letter), connection.pauses);
    connection.feed.write = (operation, values) => this.outbox.send(operation, values);
    this.signals = new Signals((values) => connection.ask('signal', values));
  }

  get ready(): Promise<Ready> {
    return this.connection.ready;
  }
  get user(): UserRef | null {
    return this.connection.session.user;
  }
  get room(): string {
    return this.connection.session.wish.room;
  }
  get owner(): string | undefined {
    return this.connection.session.wish.owner;
  }
  get state(): State {
    return this.connection.state;
  }
  get way(): WayName | null {
    return this.connection.way.name;
  }
  get why(): string {
    return this.connection.way.why;
  }

  on<N extends keyof ChatEvents>(name: N, listener: (event: ChatEvents[N]) => void): () => void {
    const { opened, emitter } = this.connection;
    if (name === 'ready' && opened) void this.ready.then(() => callSafely(listener as (event: Ready) => void, opened));
    return emitter.on(name, listener);
  }

  async send(message: string | Outgoing): Promise<Sent> {
    const { text, data, to, room }: Outgoing = typeof message === 'string' ? { text: message } : message || {};
    return this.outbox.send('send', {
      text,
      data: data === undefined ? data : asJson(data, 'data'),
      to,
      room: to === undefined ? room || this.room : undefined,
    });
  }

  async signal(data: unknown, room = this.room): Promise<void> {
    await this.ready;
    return this.signals.send(room, { data, room });
  }

  get values(): ChatValues {
    return this.valuesOf(this.room);
  }

  valuesOf(room: string): ChatValues {
    return this.connection.feed.valuesOf(room);
  }

  async members(room = this.room): Promise<UserRef[]> {
    return (await this.connection.insist('members', { room })).members;
  }

  async history(options: HistoryOptions = {}): Promise<HistoryPage> {
    return this.connection.insist('history', Object.assign({ room: this.room } as Values, options));
  }

  async rename(name: string): Promise<UserRef> {
    const { user } = await this.connection.insist('rename', { name });
    this.connection.session.renamed(user);
    return user;
  }

  async enter(room: string): Promise<RoomView> {
    const { connection } = this;
    await this.ready;
    connection.feed.order.hold(room);
    const entering = connection.insist('enter', { room, history: connection.session.share });
    const { room: view } = await entering.catch((thrown) => {
      connection.feed.settle(room, []); // what has come of a room that it was in is told
      throw thrown;
    });
    if (room !== this.room) connection.entered(room);
    connection.feed.remember(view);
    connection.feed.open(view);
    return view;
  }

  get blocked(): number[] {
    return this.connection.session.blocked;
  }

  async block(user: number): Promise<number[]> {
    return (await this.connection.insist('block', { user })).blocked;
  }

  async unblock(user: number): Promise<number[]> {
    return (await this.connection.insist('unblock', { user })).blocked;
  }

  async exit(room: string): Promise<void> {
    await this.connection.insist('exit', { room });
    this.connection.session.entered.delete(room);
    this.connection.feed.close(room);
  }

  call<O extends OperationName>(operation: O, values: Values = {}): Promise<Answers[O]> {
    return this.connection.insist(operation, values);
  }

  retry(): void {
    this.connection.retry();
  }

  async leave(): Promise<void> {
    return this.connection.leave();
  }

  async doctor(tell?: (finding: Finding) => void): Promise<Finding[]> {
    return callDoctor(this.server, this.connection.way.nonce, tell);
  }
}
