/** One user's view of one room, from its entry on. Ids only increase: other events are dropped. */
import { type ChatEvent, compareIds, type Reaction } from '../../shared/protocol/events.js';
import { EDITED } from './edits.js';
import type { Window } from './windows.js';

/** A client that has behaved badly has this long (ms) to catch up. */
export const CATCH_UP = 1_500;

export interface Arrival {
  id: string;
  /** When it came, in ms since 1970. */
  at: number;
  /** The text of a message, which is its nonce. */
  text: string;
  /** Read back from the log instead of delivered. */
  repaired: boolean;
}

/** Returns the time from an event's acceptance to its arrival. */
export function spanOf({ id, at }: Arrival): Window {
  return { from: Number.parseInt(id, 10), to: at };
}

export class View {
  readonly room: string;
  readonly user: number;
  /** The last event that was shown on entering; everything after it has to come. */
  readonly start: string;
  readonly arrivals: Arrival[] = [];
  /** The texts of edited messages, by their ids. */
  readonly edits = new Map<string, string>();
  /** The last reactions to messages, by their ids. */
  readonly reactions = new Map<string, readonly Reaction[]>();
  /** Times in which the client did not take what it could have had. */
  readonly troubles: readonly Window[];
  /** `exit` or `leave` was called: from then on events may stop coming, though none may be missing between. */
  ending = false;
  /** Events were lost to the inbox's limit when they could not be read back any more: nothing after is looked at. */
  closed = false;
  /** Events that came again on the wire, as they may. */
  repeated = 0;
  /** Events that came after a later one, never seen before. */
  readonly outOfOrder: string[] = [];

  constructor(room: string, user: number, start: string, troubles: readonly Window[]) {
    this.room = room;
    this.user = user;
    this.start = start;
    this.troubles = troubles;
  }

  get last(): string {
    return this.arrivals.at(-1)?.id ?? this.start;
  }

  /** `value`, `edited` and `reacted` leave the log when all have them: what they set is looked at by itself. */
  take({ id, type, edited = '', text = '', reacted = '', reactions = [] }: ChatEvent, repaired: boolean): void {
    if (this.closed || type === 'value') return;
    if (type === 'reacted') return void this.reactions.set(reacted, reactions);
    if (type === 'edited') return void this.edits.set(edited, text);
    const nonce = text.replace(EDITED, '');
    if (compareIds(id, this.last) > 0) this.arrivals.push({ id, text: nonce, repaired, at: Date.now() });
    else if (compareIds(id, this.start) <= 0 || this.#has(id)) this.repeated += 1;
    else this.outOfOrder.push(id);
  }

  /** Ids are in order: found by halving. */
  #has(id: string): boolean {
    let low = 0;
    for (let high = this.arrivals.length; low < high; ) {
      const middle = (low + high) >>> 1;
      if (compareIds(this.arrivals[middle]?.id ?? '', id) < 0) low = middle + 1;
      else high = middle;
    }
    return this.arrivals[low]?.id === id;
  }
}
