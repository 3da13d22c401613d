import type { Sent } from './api.js';
import { persist, type Pauses } from './backoff.js';
import { Failure } from './errors.js';
import { secret } from './secret.js';
import type { Values } from './transport.js';

/** ms for which a message is tried: well within the ten minutes that the server remembers its nonce. */
const SEND_FOR = 5 * 60_000;

/** A message on its way. */
export interface Letter {
  readonly values: Values;
  /** The token it was sent with when no answer came: then it may have been accepted. '' when it was not. */
  doubt: string;
}

/** Sends one message after the other, so that they keep their order however often one has to be tried again. */
export class Outbox {
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly post: (letter: Letter) => Promise<Sent>, private readonly pauses: Pauses) {}

  send(message: Values): Promise<Sent> {
    const letter: Letter = { values: Object.assign({ id: secret() }, message), doubt: '' };
    const sent = this.last.then(() => this.insist(letter));
    this.last = sent.catch(() => undefined);
    return sent;
  }

  private insist(letter: Letter): Promise<Sent> {
    const end = Date.now() + SEND_FOR;
    const attempt = async (): Promise<Sent> => {
      // as after a sleep: the server may have forgotten that it has the message
      if (letter.doubt && Date.now() > end) throw new Failure('network', 'It may be there.');
      return this.post(letter);
    };
    return persist(attempt, this.pauses, SEND_FOR);
  }
}
