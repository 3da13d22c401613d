import { compareIds, type ChatEvent } from '../../../shared/protocol/events.js';

/** Before every event of a log. */
export const START = '0-0';

/**
 * The last event seen in each room. The wire delivers at least once and in order, so dropping what is not above
 * the last one leaves each event once and in order.
 */
export class Order {
  private readonly seen = new Map<string, string>();
  /** Rooms whose first view is on its way: what comes meanwhile waits for it. */
  private readonly held = new Map<string, ChatEvent[]>();

  last(room: string): string {
    return this.seen.get(room) || START;
  }

  rooms(): string[] {
    return [...this.seen.keys()];
  }

  forget(room: string): void {
    this.seen.delete(room);
  }

  /** True for an event that is news now, and from then on no more. */
  accept(event: ChatEvent): boolean {
    const waiting = this.held.get(event.room);
    if (waiting) waiting.push(event);
    if (waiting || compareIds(event.id, this.last(event.room)) <= 0) return false;
    this.seen.set(event.room, event.id);
    return true;
  }

  /** The page has been shown everything in `events`. */
  shown(room: string, events: ChatEvent[]): void {
    const newest = events[events.length - 1];
    const id = newest ? newest.id : START;
    if (!this.seen.has(room) || compareIds(id, this.last(room)) > 0) this.seen.set(room, id);
  }

  /** Something up to `id` is missing in a room that is known and not being read anyway. */
  behind(room: string, id: string): boolean {
    return this.seen.has(room) && !this.held.has(room) && compareIds(this.last(room), id) < 0;
  }

  hold(room: string): void {
    if (!this.held.has(room)) this.held.set(room, []);
  }

  /** Ends a hold; gives what came meanwhile, still to be accepted. */
  release(room: string): ChatEvent[] {
    const waiting = this.held.get(room) || [];
    this.held.delete(room);
    return waiting;
  }
}
