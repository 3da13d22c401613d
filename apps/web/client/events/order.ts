import { type ChatEvent, compareIds } from '../../../../shared/protocol/events.js';

/** Before every event of a log. */
export const START = '0-0';
/** Events told by another tab after which a room is read back once, so that they are certain. */
const TOLD_MAX = 50;

/** An event, and whether the server itself gave it to this page. */
export type Heard = [event: ChatEvent, certain: boolean];

/**
 * The last event seen in each room. The wire delivers at least once and in order, so dropping what is not above
 * the last one leaves each event once and in order.
 *
 * What another tab tells is remembered event by event, and does not move the last one: any page of this origin could be
 * that tab, and one event with a huge id would silence the room.
 */
export class Order {
  private readonly seen = new Map<string, string>();
  /** Ids above the last one that another tab has told. */
  private readonly told = new Map<string, Set<string>>();
  /** Rooms whose first view is on its way: what comes meanwhile waits for it. */
  private readonly held = new Map<string, Heard[]>();

  last(room: string): string {
    return this.seen.get(room) || START;
  }

  rooms(): string[] {
    return [...this.seen.keys()];
  }

  forget(room: string): void {
    this.seen.delete(room);
    this.told.delete(room);
  }

  /** True for an event that is news now, and from then on no more. */
  accept(event: ChatEvent, certain: boolean): boolean {
    const { room, id } = event;
    const waiting = this.held.get(room);
    if (waiting) waiting.push([event, certain]);
    if (waiting || compareIds(id, this.last(room)) <= 0) return false;
    const told = this.toldIn(room);
    const news = !told.has(id);
    if (certain) this.advance(room, id);
    else told.add(id);
    return news;
  }

  /** The page has been shown everything in `events`. */
  shown(room: string, events: ChatEvent[]): void {
    const newest = events[events.length - 1];
    const id = newest ? newest.id : START;
    if (!this.seen.has(room) || compareIds(id, this.last(room)) > 0) this.advance(room, id);
  }

  /** Whether the server has told of this room, or is being asked. */
  knows(room: string): boolean {
    return this.seen.has(room) || this.held.has(room);
  }

  /** Something up to `id` may be missing in a room that is not being read anyway, or too much of it is not certain. */
  behind(room: string, id: string): boolean {
    const told = this.toldIn(room);
    return !this.held.has(room) && (told.size >= TOLD_MAX || (compareIds(this.last(room), id) < 0 && !told.has(id)));
  }

  hold(room: string): void {
    if (!this.held.has(room)) this.held.set(room, []);
  }

  /** Ends a hold; gives what came meanwhile, still to be accepted. */
  release(room: string): Heard[] {
    const waiting = this.held.get(room) || [];
    this.held.delete(room);
    return waiting;
  }

  /** The room has been read to its end: what was told and is not there is not true. */
  settle(room: string): void {
    this.told.delete(room);
  }

  private advance(room: string, id: string): void {
    this.seen.set(room, id);
    this.toldIn(room).forEach((one, _, told) => {
      if (compareIds(one, id) <= 0) told.delete(one);
    });
  }

  private toldIn(room: string): Set<string> {
    const told = this.told.get(room) || new Set();
    this.told.set(room, told);
    return told;
  }
}
