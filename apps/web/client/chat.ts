import type { Reaction, RoomView, UserRef } from '../../../shared/protocol/events.js';
import type { OperationName } from '../../../shared/protocol/operations.js';
import type { Answers, Fields, HistoryPage, Sent } from './answers.js';
import type {
  Chat,
  ChatEvents,
  ChatValues,
  EnterOptions,
  Finding,
  HistoryOptions,
  PendingMessage,
  Ready,
  State,
  TransportName,
} from './api.js';
import { callDoctor } from './doctor.js';
import { asJson } from './errors.js';
import { callSafely } from './events/emitter.js';
import { makeSignals } from './events/signals.js';
import type { Connection } from './session/connection.js';
import { underFreeName } from './session/free-name.js';
import { keyFor } from './session/room-keys.js';
import type { Servers } from './session/servers.js';

/** The chat that `join` returns. */
export class RoomChat implements Chat {
  private readonly sendSignal: (room: string, values: Fields) => Promise<void>;

  constructor(private readonly servers: Servers) {
    this.sendSignal = makeSignals((values) => this.connection.request('signal', values));
    servers.emitter.on('server', () => {
      for (const room of [...servers.entered]) void this.enter(room).catch(() => undefined);
    });
  }

  private get connection(): Connection {
    return this.servers.connection;
  }
  get server(): string {
    return this.servers.place.server;
  }
  get ready(): Promise<Ready> {
    return this.servers.ready.promise;
  }
  get user(): UserRef | null {
    return this.connection.session.user;
  }
  get room(): string {
    return this.connection.session.home.room;
  }
  get owner(): string | undefined {
    return this.connection.session.home.owner;
  }
  get key(): string | undefined {
    return this.connection.session.home.key;
  }
  get state(): State {
    return this.servers.state;
  }
  get transport(): TransportName | null {
    return this.connection.transport.name;
  }
  get way(): TransportName | null {
    return this.transport;
  }
  get why(): string {
    return this.connection.transport.why;
  }

  on<N extends keyof ChatEvents>(eventName: N, listener: (event: ChatEvents[N]) => void): () => void {
    const { opened, emitter } = this.servers;
    if (eventName === 'ready' && opened)
      void this.ready.then(() => callSafely(listener as (event: Ready) => void, opened));
    return emitter.on(eventName, listener);
  }

  async send(message: string | PendingMessage): Promise<Sent> {
    const { text, data, to, room, re }: PendingMessage =
      typeof message === 'string' ? { text: message } : message || {};
    const { connection } = this;
    const values = {
      text,
      data: data === undefined ? data : asJson(data, 'data'),
      to,
      re,
      room: to === undefined ? room || this.room : undefined,
    };
    return connection.outbox('send', values).catch((thrown) => {
      // the chat has gone over to another server meanwhile; the user `to` is another one there
      if (connection === this.connection || to !== undefined) throw thrown;
      return this.send(message);
    });
  }

  async edit(id: string, text: string, room = this.room): Promise<void> {
    await this.call('edit', { room, id, text });
  }

  async unsay(id: string, room = this.room): Promise<void> {
    await this.call('unsay', { room, id });
  }

  async signal(data: unknown, room = this.room): Promise<void> {
    await this.ready;
    return this.sendSignal(room, { data, room });
  }

  async react(id: string, emoji: string, on = true, room = this.room): Promise<Reaction[]> {
    return (await this.call('react', { id, emoji, on, room })).reactions;
  }

  get values(): ChatValues {
    return this.valuesOf(this.room);
  }

  valuesOf(room: string): ChatValues {
    return this.connection.feed.valuesOf(room);
  }

  async members(room = this.room): Promise<UserRef[]> {
    const { feed } = this.connection;
    const was = feed.roster.print(room);
    const answer = await this.call('members', { room });
    if (feed.roster.print(room) === was) feed.setMembers(room, answer); // no event has come meanwhile
    return answer.members;
  }

  async history(options: HistoryOptions = {}): Promise<HistoryPage> {
    return this.call('history', Object.assign({ room: this.room } as Fields, options));
  }

  async rename(nickname: string): Promise<UserRef> {
    const { user } = await this.call('rename', { name: nickname });
    this.connection.session.renamed(user);
    return user;
  }

  async enter(room: string, { key, rename }: EnterOptions = {}): Promise<RoomView> {
    const { session, feed } = this.connection;
    await this.ready;
    feed.order.buffer(room);
    const values = { room, history: session.historyMax, key: keyFor(this.server, room, key) };
    const enter = (): Promise<Answers['enter']> => this.call('enter', values);
    const entering = rename ? underFreeName(enter, (free) => this.rename(free as string)) : enter();
    const { room: view } = await entering.catch((thrown) => {
      feed.settle(room, []); // if the user was in the room before, the page still hears what has arrived
      throw thrown;
    });
    if (room !== this.room) this.connection.entered(room);
    feed.remember(view);
    feed.open(view);
    return view;
  }

  get blocked(): number[] {
    return this.connection.session.blocked;
  }

  async block(user: number): Promise<number[]> {
    return (await this.call('block', { user })).blocked;
  }

  async unblock(user: number): Promise<number[]> {
    return (await this.call('unblock', { user })).blocked;
  }

  async exit(room: string): Promise<void> {
    await this.call('exit', { room });
    this.servers.entered.delete(room);
    this.connection.feed.close(room);
  }

  call<O extends OperationName>(operation: O, values: Fields = {}): Promise<Answers[O]> {
    return this.connection.keepAsking(operation, values);
  }

  retry(): void {
    this.connection.retry();
    this.servers.back();
  }

  async leave(): Promise<void> {
    return this.connection.leave();
  }

  async doctor(tell?: (finding: Finding) => void): Promise<Finding[]> {
    const { transport, way } = this.connection;
    return callDoctor(this.server, transport.nonce, way, tell);
  }
}
