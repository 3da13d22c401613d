/** A client of Faye (the Bayeux protocol) by long polls. A room is a channel. */
import { Client } from '../client.js';
import { Connection } from '../connection.js';

const PATH = '/faye';
const TYPE = 'application/json';
const LONG_POLL = { connectionType: 'long-polling' };

/**
 * @typedef {{ channel: string, successful?: boolean, error?: string, clientId?: string,
 *   data?: { text: string } }} Message
 */

export class FayeClient extends Client {
  #clientId = '';
  #name = '';

  /**
   * @override
   * @param {Connection} connection
   * @param {string} name
   */
  async join(connection, name) {
    this.#name = name;
    const call = (/** @type {string} */ channel, /** @type {object} */ more) =>
      /** @type {Promise<Message>} */ (
        new Promise((resolve) =>
          connection.post(PATH, this.#content(channel, more), (body) => resolve(checked(body)[0])),
        )
      );
    const hello = { version: '1.0', supportedConnectionTypes: [LONG_POLL.connectionType] };
    this.#clientId = (await call('/meta/handshake', hello)).clientId ?? '';
    await call('/meta/subscribe', { subscription: this.#channel });
  }

  /** @override */
  listen() {
    if (this.ended) return;
    this.connection ??= new Connection(this.port);
    this.connection.post(PATH, this.#content('/meta/connect', LONG_POLL), this.#onBody);
  }

  /**
   * @override
   * @param {string} text
   * @param {import('../client.js').OnSent} onSent
   */
  send(text, onSent) {
    const data = { type: 'message', room: this.room.name, from: { name: this.#name }, text };
    this.room.calls.post(PATH, this.#content(this.#channel, { data }), (body) => {
      checked(body);
      onSent(null);
    });
  }

  get #channel() {
    return `/${this.room.name}`;
  }

  /**
   * Returns the content of a request with one message.
   *
   * @param {string} channel
   * @param {object} more
   */
  #content(channel, more) {
    const clientId = this.#clientId === '' ? {} : { clientId: this.#clientId };
    return { type: TYPE, body: JSON.stringify([{ channel, ...clientId, ...more, id: '1' }]) };
  }

  #onBody = (/** @type {string} */ body) => {
    this.meter.answers += 1;
    const messages = checked(body);
    this.listen();
    for (const { channel, data } of messages) if (data) this.receive(channel.slice(1), data.text, null);
  };
}

/**
 * Returns the messages of an answer. Throws when the server refused something.
 *
 * @returns {[Message, ...Message[]]}
 */
function checked(/** @type {string} */ body) {
  const messages = JSON.parse(body);
  for (const { channel, successful, error } of messages)
    if (successful === false) throw new Error(`the server refused ${channel}: ${error}`);
  return messages;
}
