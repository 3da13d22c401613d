import type { Sent } from './api.js';
import { persist, type Pauses } from './backoff.js';
import type { Values } from './transport.js';

/** ms for which a message is tried: well within the ten minutes that the server remembers its nonce. */
const SEND_FOR = 5 * 60_000;

function nonce(): string {
  return Math.random().toString(36).slice(2) + Math.random().toString(36).slice(2);
}

/** Sends one message after the other, so that they keep their order however often one has to be tried again. */
export class Outbox {
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly post: (values: Values) => Promise<Sent>, private readonly pauses: Pauses) {}

  send(message: Values): Promise<Sent> {
    const values = Object.assign({ id: nonce() }, message);
    const sent = this.last.then(() => persist(() => this.post(values), this.pauses, SEND_FOR));
    this.last = sent.catch(() => undefined);
    return sent;
  }
}
