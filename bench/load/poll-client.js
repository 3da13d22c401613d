/** A client that polls with its cursor over its own connection. */
import { ChatClient } from './chat-client.js';
import { RETRY_AFTER_MS } from './client.js';
import { Connection, parseJsonp } from './connection.js';

export class PollClient extends ChatClient {
  /** @override */
  listen() {
    if (this.ended) return;
    this.connection ??= new Connection(this.port);
    const { token, holdSeconds, cursor } = this;
    this.connection.get(`/jsonp/poll?callback=f&token=${token}&timeout=${holdSeconds}&cursor=${cursor}`, this.#onBody);
  }

  #onBody = (/** @type {string} */ body) => {
    const answer = parseJsonp(body);
    if (!answer.ok) {
      this.meter.answers += 1;
      this.noteRefusal(answer.error);
      return void setTimeout(() => this.listen(), RETRY_AFTER_MS);
    }
    this.noteAnswer(answer);
    this.listen(); // before it reads the events, as the library does
    this.takeAll(answer.events);
  };
}
