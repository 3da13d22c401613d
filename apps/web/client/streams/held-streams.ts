import type { Answers } from '../answers.js';
import { type Failure, NO_ANSWER } from '../errors.js';
import type { Core, MakeStreams, StreamHost, Streams } from '../stream-code.js';
import { SILENCE_MAX_MS } from '../stream-times.js';
import type { StreamTrouble } from '../stream-trouble.js';
import { Acks } from './acks.js';
import { openStream } from './open-stream.js';
import { Trial } from './trial.js';

/**
 * A stream is opened anew after this time. Over HTTP/1.1 it takes up one of the browser's six connections to a host,
 * and another page may wait for one.
 */
const STREAM_LIFE_MS = 60_000;
/** A stream that has stalled for so much longer than it may was not looked at: the machine has slept. */
const SLEPT_MIN_MS = 5_000;

/** The streams of a user, one after the other, in the place of polls. */
class HeldStreams implements Streams {
  private readonly acks = new Acks(() => this.host.user.ack());
  private readonly trial = new Trial();
  private heard = false;

  constructor(
    private readonly host: StreamHost,
    private readonly server: string,
    private readonly core: Core,
  ) {}

  async hold(): Promise<void> {
    const { host } = this;
    const { token, cursor } = host.user;
    let taken = Promise.resolve();
    this.heard = false;
    const call = openStream(this.core, this.server, { token, cursor }, (answer) => {
      taken = this.take(token, answer);
      return taken;
    });
    host.current = call;
    const life = setTimeout(() => {
      this.trial.passed();
      call.abandon();
    }, STREAM_LIFE_MS);
    try {
      await call.done;
    } finally {
      clearTimeout(life);
      await taken.catch(() => undefined); // the next request goes on behind what the page has heard
      this.clear(); // and acknowledges it
    }
  }

  private async take(token: string, answer: Answers['poll'] | 0): Promise<void> {
    const { host } = this;
    this.heard = true;
    host.aliveAt = Date.now();
    if (!answer) return;
    const { cursor } = host.user;
    await host.take(token, answer);
    if (answer.cursor !== cursor) this.acks.note(answer.events.length); // signals alone leave it as it is
  }

  /** A poll finds out whether that was the network, unless the server has ended the stream. */
  async doubt({ code, message, retryAfter = 0 }: Failure): Promise<void> {
    const { host } = this;
    const hasSlept = Date.now() - host.aliveAt > SILENCE_MAX_MS + SLEPT_MIN_MS;
    const silence = this.heard ? 'silent' : 'late';
    host.probing = message !== NO_ANSWER.ended;
    if (code !== 'network') this.suspect('refused');
    else if (host.probing && !hasSlept) this.suspect(message === NO_ANSWER.late ? silence : 'cut');
    if (code === 'network') await host.pauses.wait(retryAfter * 1_000);
  }

  suspect(trouble: StreamTrouble): void {
    this.trial.suspect(trouble);
  }

  polled(atOnce: boolean): StreamTrouble | '' {
    return this.trial.polled(atOnce);
  }

  flush(): void {
    this.acks.flush();
  }

  clear(): void {
    this.acks.clear();
  }
}

export const makeStreams: MakeStreams = (host, server, core) => new HeldStreams(host, server, core);
