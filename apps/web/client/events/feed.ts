import type { ChatEvent, RoomView, SignalEvent } from '../../../../shared/protocol/events.js';
import type { Answers } from '../answers.js';
import type { ChatEvents, HistoryPage } from '../api.js';
import { asFailure } from '../errors.js';
import type { Session } from '../session/session.js';
import type { Values as Parameters } from '../transport/transport.js';
import type { Emitter } from './emitter.js';
import { Order } from './order.js';
import { type Found, readBack } from './repair.js';
import { type People, Roster } from './roster.js';
import { Values, type ValuesHost } from './values.js';

/** Asks the server, for `forMs` while it is away. */
export interface Asking {
  readonly ready: Promise<unknown>;
  insist<O extends 'history' | 'get'>(operation: O, values: Parameters, forMs: number): Promise<Answers[O]>;
}

/** From what the wire brings to what the page hears: each event once, in order, gaps mended from the history. */
export class Feed {
  readonly order = new Order();
  readonly roster = new Roster();
  /** Writes a value; the chat's outbox does it. */
  write: ValuesHost['write'] = () => Promise.reject();
  private readonly values = new Map<string, Values>();
  /** Called with each event that the page hears and the one before it, and with a room's people when they were read anew. */
  accepted: (event: ChatEvent | SignalEvent, after: string) => void = () => undefined;
  met: (room: string, people: People) => void = () => undefined;

  constructor(
    private readonly emitter: Emitter<ChatEvents>,
    private readonly session: Session,
    private readonly asking: Asking,
  ) {}

  /** What a room remembers. */
  valuesOf(room: string): Values {
    const { asking, session } = this;
    const found =
      this.values.get(room) ||
      new Values(room, {
        ready: asking.ready,
        userId: () => (session.user ? session.user.id : 0),
        write: (operation, values) => this.write(operation, values),
        read: (values) => asking.insist('get', values, Infinity),
      });
    this.values.set(room, found);
    return found;
  }

  remember({ name, values }: RoomView): void {
    if (values && !name.includes(':')) this.valuesOf(name).open(values); // a server of before has none, nor has a private room
  }

  private renewValues(room: string): void {
    const values = this.values.get(room);
    if (values) values.renew();
  }

  private history(room: string, before?: string): Promise<HistoryPage> {
    return this.asking.insist('history', { room, before, limit: this.session.share }, Infinity);
  }

  /** The page is about to be shown this room as it is. */
  open(view: RoomView): void {
    this.order.shown(view.name, view.history);
    this.roster.set(view.name, view);
    this.settle(view.name, []);
  }

  close(room: string): void {
    this.order.forget(room);
    this.roster.forget(room);
    this.values.delete(room);
  }

  async deliver(answer: Answers['poll']): Promise<void> {
    if (answer.missed || answer.reset) await this.mend(answer.missed || 0, !!answer.reset, answer.events);
    answer.events.forEach((event) => this.accept(event));
  }

  /** An event told by another tab, which had heard `after` before it: whoever has not, has missed something. */
  hear(event: ChatEvent | SignalEvent, after: string): void {
    const { order } = this;
    if (event.type !== 'signal') {
      if (!order.knows(event.room)) return void (event.type !== 'value' && this.confirm(event));
      if (order.behind(event.room, after)) void this.catchUp(event.room);
    }
    this.accept(event, false);
  }

  /** The first event of a room, as of a private one: the page hears it when the server knows of it, too. */
  private async confirm(event: ChatEvent): Promise<void> {
    const { room, id } = event;
    this.order.hold(room);
    const { events } = await this.history(room).catch((): Pick<HistoryPage, 'events'> => ({ events: [] }));
    const at = events.findIndex((one) => one.id === id);
    if (at < 0)
      this.order.release(room).forEach((heard) => {
        if (heard[1]) this.accept(...heard);
      });
    else this.settle(room, events.slice(at));
  }

  /** Reads back what a room has said while this page heard nothing; what comes meanwhile waits. */
  async catchUp(room: string): Promise<void> {
    this.order.hold(room);
    const { events } = await this.readBack(room).catch((): Found => ({ events: [], closed: false }));
    this.settle(room, events);
    this.renewValues(room);
  }

  /** Ends a hold of a room that has been read to its end: first what the server gave, then what came meanwhile. */
  settle(room: string, events: ChatEvent[]): void {
    const waiting = this.order.release(room);
    events.forEach((event) => this.accept(event));
    this.order.settle(room);
    waiting.forEach((heard) => this.accept(...heard));
  }

  /** The user had to be made anew: what its rooms have said meanwhile is read back. */
  async renew(views: RoomView[]): Promise<void> {
    const rooms = views.map((view) => view.name);
    this.order
      .rooms()
      .filter((room) => !rooms.includes(room))
      .forEach((room) => this.close(room));
    const lost: string[] = [];
    for (const view of views) {
      const found = await this.readBack(view.name, { events: view.history, more: view.history.length > 0 });
      if (!found.closed) lost.push(view.name);
      found.events.forEach((event) => this.accept(event));
      this.remember(view);
      this.meet(view.name, view);
      this.met(view.name, view);
    }
    if (lost.length > 0) this.emitter.emit('reset', { rooms: lost });
  }

  /** `certain`: the server itself has told it. */
  accept(event: ChatEvent | SignalEvent, certain = true): void {
    const after = this.order.last(event.room);
    if (event.type !== 'signal' && !this.order.accept(event, certain)) return;
    this.accepted(event, after);
    if (event.type !== 'signal') {
      this.note(event);
      const values = this.values.get(event.room);
      if (values) values.take(event, certain);
    }
    this.emitter.emit<'event'>(event.type as 'event', event);
    this.emitter.emit('event', event);
  }

  /** A room's people, as they are now. */
  meet(room: string, people: People): void {
    this.roster.set(room, people);
    this.emitMembers(room);
  }

  private note(event: ChatEvent): void {
    const { user } = this.session;
    if (event.type === 'renamed' && user && user.id === event.from.id) this.session.renamed(event.from);
    if (this.roster.apply(event)) this.emitMembers(event.room);
  }

  private emitMembers(room: string): void {
    this.emitter.emit('members', { room, members: this.roster.list(room), count: this.roster.count(room) });
  }

  /** Events were lost on the way (`missed`) or by the server (`reset`): the page hears of it only if they are gone. */
  private async mend(missed: number, reset: boolean, coming: (ChatEvent | SignalEvent)[]): Promise<void> {
    const known = new Set(coming.map((event) => ('id' in event ? event.id : '')));
    const open: string[] = [];
    let regained = 0;
    for (const room of this.order.rooms()) {
      const found = await this.readBack(room);
      regained += found.events.filter((event) => !known.has(event.id)).length;
      if (!found.closed) open.push(room);
      found.events.forEach((event) => this.accept(event));
    }
    if (missed > regained && open.length > 0) this.emitter.emit('missed', { count: missed - regained });
    if (reset && open.length > 0) this.emitter.emit('reset', { rooms: open });
    this.order.rooms().forEach((room) => this.renewValues(room));
  }

  private async readBack(room: string, first?: HistoryPage): Promise<Found> {
    try {
      const page = first || (await this.history(room));
      return await readBack(page, this.order.last(room), (before) => this.history(room, before));
    } catch (thrown) {
      if (asFailure(thrown).code !== 'not_in_room') throw thrown;
      return { events: [], closed: false };
    }
  }
}
