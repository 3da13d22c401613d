import type { ChatEvent, PassingEvent, RoomView, SignalEvent, UserRef } from '../../../../shared/protocol/events.js';
import type { Answers, Fields, HistoryPage } from '../answers.js';
import type { ChatEvents } from '../api.js';
import { asFailure } from '../errors.js';
import type { Emitter } from './emitter.js';
import { Order } from './order.js';
import type { Outbox } from './outbox.js';
import { type ReadBack, readBack } from './repair.js';
import { type People, Roster } from './roster.js';
import { Values, type ValuesDelegate } from './values.js';

/** The user who receives the events. */
export interface FeedUser {
  readonly user: UserRef | null;
  /** The number of events to read at a time. Undefined: as many as the server gives. */
  readonly historyMax: number | undefined;
  /** The user has another name. */
  renamed(user: UserRef): void;
}

/** The parts of the chat that the feed needs. */
export interface FeedDelegate {
  readonly ready: Promise<unknown>;
  /** Writes a value. */
  readonly outbox: Outbox;
  /** Asks the server, and retries for `forMs`. */
  keepAsking<O extends 'history' | 'get'>(operation: O, values: Fields, forMs: number): Promise<Answers[O]>;
}

/**
 * Turns what the wire brings into what the page hears: each event once and in order. Gaps are filled from the history.
 */
export class Feed {
  readonly order = new Order();
  readonly roster = new Roster();
  /** Called with each event that the page hears, and the id of the event before it in its room. */
  accepted!: (chatEvent: ChatEvent | PassingEvent, after: string) => void;
  /** Called when a room's members have been read anew. */
  membersKnown!: (room: string, people: People) => void;

  private readonly valuesDelegate: ValuesDelegate;

  constructor(
    private readonly emitter: Emitter<ChatEvents>,
    private readonly reader: FeedUser,
    private readonly delegate: FeedDelegate,
    private readonly roomValues: Map<string, Values>,
  ) {
    this.valuesDelegate = {
      ready: delegate.ready,
      userId: () => (reader.user ? reader.user.id : 0),
      write: (operation, values) => delegate.outbox(operation, values),
      read: (values) => delegate.keepAsking('get', values, Infinity),
    };
  }

  /** Returns the values that a room remembers. */
  valuesOf(room: string): Values {
    const found = this.roomValues.get(room) || new Values(room, this.valuesDelegate);
    found.attach(this.valuesDelegate);
    this.roomValues.set(room, found);
    return found;
  }

  /** Takes over the values of a room. An older server sends none, and a private room has none. */
  remember({ name: room, values }: RoomView): void {
    if (values && !room.includes(':')) this.valuesOf(room).open(values);
  }

  private renewValues(room: string): void {
    const values = this.roomValues.get(room);
    if (values) values.renew();
  }

  private history(room: string, before?: string): Promise<HistoryPage> {
    return this.delegate.keepAsking('history', { room, before, limit: this.reader.historyMax }, Infinity);
  }

  /** The page is about to see this room as it is. */
  open(view: RoomView): void {
    this.order.shown(view.name, view.history);
    this.roster.set(view.name, view);
    this.settle(view.name, []);
  }

  close(room: string): void {
    this.order.forget(room);
    this.roster.forget(room);
    this.roomValues.delete(room);
  }

  /** Takes the answer of a poll. Resolves when its events have reached the page. */
  async deliver(answer: Answers['poll']): Promise<void> {
    const { events, missed = 0, reset, news = [] } = answer;
    if (missed || reset) await this.repair(missed, reset, events);
    for (const one of events.concat(news)) this.accept(one);
  }

  /**
   * Takes an event that another tab has told. That tab had heard `after` before it. If this tab has not, it missed
   * something.
   */
  hear(chatEvent: ChatEvent | PassingEvent, after: string): void {
    const { order } = this;
    if (chatEvent.id) {
      const { room, type } = chatEvent;
      if (!order.knows(room)) {
        if (type !== 'value') void this.confirm(chatEvent);
        return;
      }
      if (order.behind(room, after)) void this.catchUp(room);
    }
    this.accept(chatEvent, false);
  }

  /**
   * Asks the server about the first event of a room, such as a private one. The page hears it if the server knows it
   * too.
   */
  private async confirm({ room, id }: ChatEvent): Promise<void> {
    this.order.buffer(room);
    const { events } = await this.history(room).catch((): Pick<HistoryPage, 'events'> => ({ events: [] }));
    const at = events.findIndex((one) => one.id === id);
    if (at >= 0) this.settle(room, events.slice(at));
    else for (const heard of this.order.flush(room)) if (heard[1]) this.accept(...heard);
  }

  /** Reads the events of a room that this page has not heard. Events that arrive meanwhile wait. */
  async catchUp(room: string): Promise<void> {
    this.order.buffer(room);
    const { events } = await this.readBack(room).catch((): ReadBack => ({ events: [], closed: false }));
    this.settle(room, events);
    this.renewValues(room);
    this.emitter.emit('gap', { room });
  }

  /**
   * Ends the buffering of a room that has been read to its end. First come the events read, then those that arrived
   * meanwhile.
   */
  settle(room: string, events: ChatEvent[]): void {
    const buffered = this.order.flush(room);
    for (const chatEvent of events) this.accept(chatEvent);
    this.order.settle(room);
    for (const heard of buffered) this.accept(...heard);
  }

  /** The server has made the user anew. Reads what its rooms have said meanwhile. */
  async renew(views: RoomView[]): Promise<void> {
    const entered = views.map((view) => view.name);
    for (const room of this.order.rooms()) if (!entered.includes(room)) this.close(room);
    const lost: string[] = [];
    for (const view of views) {
      const found = await this.readBack(view.name, { events: view.history, more: view.history.length > 0 });
      if (!found.closed) lost.push(view.name);
      for (const chatEvent of found.events) this.accept(chatEvent);
      this.remember(view);
      this.setMembers(view.name, view);
      this.membersKnown(view.name, view);
      this.emitter.emit('gap', { room: view.name });
    }
    if (lost.length > 0) this.emitter.emit('reset', { rooms: lost });
  }

  /** Tells the page of an event if it is new. `certain`: the server itself gave it to this page. */
  accept(chatEvent: ChatEvent | PassingEvent, certain = true): void {
    const after = this.order.last(chatEvent.room);
    if (chatEvent.id && !this.order.accept(chatEvent, certain)) return;
    this.accepted(chatEvent, after);
    if (chatEvent.id) this.note(chatEvent, certain);
    const inRoom = chatEvent as ChatEvent | SignalEvent;
    this.emitter.emit<'event'>(chatEvent.type as 'event', inRoom);
    if (inRoom.room) this.emitter.emit('event', inRoom); // an announcement is of no room
  }

  /** Takes over the members of a room as they are now. Tells the page if they are others than it knows. */
  setMembers(room: string, people: People): void {
    const was = this.roster.print(room);
    this.roster.set(room, people);
    if (this.roster.print(room) !== was) this.emitMembers(room);
  }

  private note(chatEvent: ChatEvent, certain: boolean): void {
    const { user } = this.reader;
    const { type, from, room } = chatEvent;
    if (type === 'renamed' && user && user.id === from.id) this.reader.renamed(from);
    if (this.roster.apply(chatEvent)) this.emitMembers(room);
    const values = this.roomValues.get(room);
    if (values) values.take(chatEvent, certain);
  }

  private emitMembers(room: string): void {
    this.emitter.emit('members', { room, members: this.roster.list(room), count: this.roster.count(room) });
  }

  /**
   * Events were lost on the way (`missed`), or by the server (`reset`). Reads all rooms back, and tells the page only
   * of what is gone for good. `coming` are the events of the same answer.
   */
  private async repair(missed: number, reset: true | undefined, coming: (ChatEvent | PassingEvent)[]): Promise<void> {
    const known = new Set(coming.map(({ id }) => id));
    const unclosed: string[] = [];
    let regained = 0;
    for (const room of this.order.rooms()) {
      const found = await this.readBack(room);
      regained += found.events.filter(({ id }) => !known.has(id)).length;
      if (!found.closed) unclosed.push(room);
      for (const chatEvent of found.events) this.accept(chatEvent);
    }
    if (missed > regained && unclosed.length > 0) this.emitter.emit('missed', { count: missed - regained });
    if (reset && unclosed.length > 0) this.emitter.emit('reset', { rooms: unclosed });
    for (const room of this.order.rooms()) {
      this.renewValues(room);
      this.emitter.emit('gap', { room });
    }
  }

  private async readBack(room: string, first?: HistoryPage): Promise<ReadBack> {
    try {
      const page = first || (await this.history(room));
      return await readBack(page, this.order.last(room), (before) => this.history(room, before));
    } catch (thrown) {
      if (asFailure(thrown).code !== 'not_in_room') throw thrown;
      return { events: [], closed: false };
    }
  }
}
