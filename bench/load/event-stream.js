/** Reads server-sent events, piece by piece. */

/** @typedef {{ id: string, event: string, data: string }} StreamMessage */

const MESSAGE_END = '\n\n';

export class EventStreamReader {
  #rest = '';
  #onMessage;

  constructor(/** @type {(message: StreamMessage) => void} */ onMessage) {
    this.#onMessage = onMessage;
  }

  /** Takes the next piece of the stream. Comments and messages without data are dropped. */
  read(/** @type {string} */ text) {
    const all = this.#rest === '' ? text : this.#rest + text;
    let start = 0;
    for (let end = all.indexOf(MESSAGE_END); end >= 0; end = all.indexOf(MESSAGE_END, start)) {
      this.#take(all.slice(start, end));
      start = end + MESSAGE_END.length;
    }
    this.#rest = all.slice(start);
  }

  #take(/** @type {string} */ block) {
    const message = { id: '', event: 'message', data: '' };
    for (const line of block.split('\n')) {
      if (line.startsWith('data: ')) message.data += line.slice('data: '.length);
      else if (line.startsWith('id: ')) message.id = line.slice('id: '.length);
      else if (line.startsWith('event: ')) message.event = line.slice('event: '.length);
    }
    if (message.data !== '') this.#onMessage(message);
  }
}
