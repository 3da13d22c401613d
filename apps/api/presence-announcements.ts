/**
 * Announces who came, went or changed the name. Each is an event for everybody in the room, so those that come together
 * are announced together: the first one at once, then every half second, and every second while people go on coming. A
 * message takes them along at any time.
 */

/** How long the ones after the first wait. */
const FIRST_WINDOW_MS = 500;
/** How long they wait while people go on coming, as when a link was shared. */
const WINDOW_MS = 1_000;

export class PresenceAnnouncements {
  readonly #request: (room: string) => void;
  /** Rooms in which somebody has come or gone lately. True: somebody else has since. */
  readonly #moving = new Map<string, boolean>();

  /** `request` asks for the fan-out of a room. */
  constructor(request: (room: string) => void) {
    this.#request = request;
  }

  /** Announces that somebody has come, gone, or changed the name in a room. Never throws. */
  announce(room: string): void {
    if (this.#moving.has(room)) this.#moving.set(room, true);
    else this.#begin(room, FIRST_WINDOW_MS);
  }

  #begin(room: string, windowMs: number): void {
    this.#request(room);
    this.#moving.set(room, false);
    setTimeout(() => {
      const isAgain = this.#moving.get(room);
      this.#moving.delete(room);
      if (isAgain) this.#begin(room, WINDOW_MS);
    }, windowMs).unref(); // if the process ends, the sweep finds the room
  }
}
