/** A client that holds a stream over its own connection, and acknowledges what it has got. */
import { ChatClient } from './chat-client.js';
import { RETRY_AFTER_MS } from './client.js';
import { Connection } from './connection.js';
import { EventStreamReader } from './event-stream.js';

/** Events are acknowledged after so many of them, or after this time, as the API's documentation advises. */
const ACK_AFTER_EVENTS = 50;
const ACK_AFTER_MS = 10_000;
const HEADERS = 'Accept: text/event-stream\r\n';

export class StreamClient extends ChatClient {
  #unacknowledged = 0;
  /** @type {NodeJS.Timeout | null} */
  #timer = null;

  /** @override */
  listen() {
    if (this.ended) return;
    this.connection ??= new Connection(this.port);
    const reader = new EventStreamReader(this.#onMessage);
    const path = `/api/stream?token=${this.token}&cursor=${this.cursor}`;
    this.connection.open(path, HEADERS, (text) => reader.read(text));
  }

  /** @override */
  end() {
    if (this.#timer !== null) clearTimeout(this.#timer);
    super.end();
  }

  #onMessage = (/** @type {import('./event-stream.js').StreamMessage} */ { data }) => {
    if (this.ended) return;
    const answer = JSON.parse(data);
    if (!answer.ok) return this.#refused(answer.error);
    this.noteAnswer(answer);
    if (this.acknowledges) this.#noteUnacknowledged(answer.events.length);
    this.takeAll(answer.events);
  };

  #refused(/** @type {{ code: string }} */ error) {
    this.noteRefusal(error);
    this.disconnect();
    setTimeout(() => this.listen(), RETRY_AFTER_MS);
  }

  #noteUnacknowledged(/** @type {number} */ events) {
    this.#unacknowledged += events;
    if (this.#unacknowledged >= ACK_AFTER_EVENTS) this.#acknowledge();
    else this.#timer ??= setTimeout(() => this.#acknowledge(), ACK_AFTER_MS);
  }

  #acknowledge() {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#unacknowledged = 0;
    const body = JSON.stringify({ token: this.token, cursor: this.cursor });
    this.room.acks.post('/api/ack', { type: 'text/plain;charset=UTF-8', body }, (reply) => {
      const answer = JSON.parse(reply);
      if (!answer.ok) this.noteRefusal(answer.error);
    });
  }
}
