/** Events of a stream are acknowledged after this time at the latest. The server waits for 90 s. */
const ACK_AFTER_MS = 10_000;
/** The same after this many events. The inbox holds 1,000. */
const ACK_EVENTS = 50;

/** Acknowledges what a stream has brought, now and then. A poll needs none: its cursor acknowledges. */
export class Acks {
  private events = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly send: () => void) {}

  /** So many more events have reached the page. */
  note(events: number): void {
    if (!this.events) this.timer = setTimeout(() => this.flush(), ACK_AFTER_MS);
    this.events += events;
    if (this.events >= ACK_EVENTS) this.flush();
  }

  /** Acknowledges now what is not acknowledged yet. */
  flush(): void {
    if (this.events) this.send();
    this.clear();
  }

  /** Something else acknowledges it. */
  clear(): void {
    clearTimeout(this.timer);
    this.events = 0;
  }
}
