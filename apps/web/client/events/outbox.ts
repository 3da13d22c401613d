import type { Answers } from '../answers.js';
import { Failure } from '../errors.js';
import { type Pauses, persist } from '../polling/backoff.js';
import { secret } from '../secret.js';
import type { Values } from '../transport/transport.js';

/** ms for which a message is tried: well within the ten minutes that the server remembers its nonce. */
const SEND_FOR = 5 * 60_000;

/** A message, or a value that is written, on its way. */
export interface Letter {
  readonly operation: 'send' | 'set' | 'add';
  readonly values: Values;
  /** The token it was sent with when no answer came, or none that says yes or no: then it may have been accepted. Else ''. */
  doubt: string;
}

/** Sends the letters to a room, or to a user, one after the other: they keep their order however often one has to be tried again. */
export class Outbox {
  /** By room or user. */
  private readonly last = new Map<unknown, Promise<unknown>>();

  constructor(
    private readonly post: (letter: Letter) => Promise<unknown>,
    private readonly pauses: Pauses,
  ) {}

  /** `values` get their nonce, `id`, when their turn has come: until then they may be replaced. */
  async send<O extends Letter['operation']>(operation: O, values: Values): Promise<Answers[O]> {
    const place = values.room || values.to;
    const sent = (this.last.get(place) || Promise.resolve()).then(() =>
      this.insist({ operation, values: Object.assign(values, { id: secret() }), doubt: '' }),
    );
    this.last.set(
      place,
      sent.catch(() => undefined),
    );
    return sent as Promise<Answers[O]>;
  }

  private insist(letter: Letter): Promise<unknown> {
    const end = Date.now() + SEND_FOR;
    const attempt = async (): Promise<unknown> => {
      // as after a sleep: the server may have forgotten that it has the message
      if (letter.doubt && Date.now() > end) throw new Failure('network', 'No answer came: it may have been sent.');
      return this.post(letter);
    };
    return persist(attempt, this.pauses, SEND_FOR);
  }
}
