import { type ChatEvent, compareIds } from '../../../../shared/protocol/events.js';

/** Comes before every event of a log. */
export const START = '0-0';
/** After this many events that another tab has told, the room is read from the server once, to be certain of them. */
const TOLD_MAX = 50;

/** An event, and whether the server itself gave it to this page. */
export type Heard = [event: ChatEvent, certain: boolean];

/**
 * Knows the last event of each room. The wire delivers at least once and in order. So it is enough to drop events that
 * are not after the last one: then the page sees each event once and in order.
 *
 * Events told by another tab are remembered one by one. They do not move the last event, because any page of this
 * origin could claim to be that tab, and one event with a huge id would silence the room.
 */
export class Order {
  private readonly seen = new Map<string, string>();
  /** The ids after the last event that another tab has told, by room. */
  private readonly told = new Map<string, Set<string>>();
  /** Rooms that are being read from the server. Events that arrive meanwhile wait here. */
  private readonly buffers = new Map<string, Heard[]>();

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

  /** Returns true for an event that is new. The same event is not new again. */
  accept(chatEvent: ChatEvent, certain: boolean): boolean {
    const { room, id } = chatEvent;
    const buffered = this.buffers.get(room);
    if (buffered) buffered.push([chatEvent, certain]);
    if (buffered || compareIds(id, this.last(room)) <= 0) return false;
    const told = this.toldIn(room);
    const isNew = !told.has(id);
    if (certain) this.advance(room, id);
    else told.add(id);
    return isNew;
  }

  /** The page has been shown all of `events`. */
  shown(room: string, events: ChatEvent[]): void {
    const newest = events[events.length - 1];
    const id = newest ? newest.id : START;
    if (!this.seen.has(room) || compareIds(id, this.last(room)) > 0) this.advance(room, id);
  }

  /** Whether the server has told about this room, or is being asked. */
  knows(room: string): boolean {
    return this.seen.has(room) || this.buffers.has(room);
  }

  /** Whether the room must be read from the server: something before `id` may be missing, or too much is uncertain. */
  behind(room: string, id: string): boolean {
    const told = this.toldIn(room);
    return !this.buffers.has(room) && (told.size >= TOLD_MAX || (compareIds(this.last(room), id) < 0 && !told.has(id)));
  }

  /** Keeps the room's events back until `flush`. */
  buffer(room: string): void {
    if (!this.buffers.has(room)) this.buffers.set(room, []);
  }

  /** Returns the events that were kept back. They still have to be accepted. */
  flush(room: string): Heard[] {
    const buffered = this.buffers.get(room) || [];
    this.buffers.delete(room);
    return buffered;
  }

  /** The room has been read to its end. Events that only another tab has told, and not the server, are false. */
  settle(room: string): void {
    this.told.delete(room);
  }

  private advance(room: string, id: string): void {
    this.seen.set(room, id);
    const told = this.toldIn(room);
    for (const one of told) if (compareIds(one, id) <= 0) told.delete(one);
  }

  private toldIn(room: string): Set<string> {
    const told = this.told.get(room) || new Set();
    this.told.set(room, told);
    return told;
  }
}
