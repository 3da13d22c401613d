/**
 * One keep-alive connection of a client. It takes one request at a time, until one opens an answer without an end. It
 * uses a raw socket and a minimal parser instead of `node:http`, because the load generator must not be the bottleneck.
 */
import { connect } from 'node:net';

/** All sockets read into this buffer. The data are taken out of it before the next read. */
const INCOMING = Buffer.allocUnsafeSlow(256 * 1024);
const HEAD_END = '\r\n\r\n';
const LENGTH = /\r\ncontent-length: *(\d+)/i;
const STATUS = /^HTTP\/1\.1 (\d+)/;

export class Connection {
  #socket;
  #host;
  #headers;
  #rest = '';
  /** @type {((body: string) => void) | null} */
  #onBody = null;
  /** @type {((text: string) => void) | null} */
  #onText = null;
  /** True between the request for an answer without an end and the head of the answer. */
  #opening = false;
  #ended = false;

  /**
   * @param {number} port
   * @param {string} [headers] more header lines of its GET requests
   */
  constructor(port, headers = '') {
    this.#headers = headers;
    this.#host = `127.0.0.1:${port}`;
    this.#socket = connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      onread: { buffer: INCOMING, callback: (length) => this.#read(INCOMING.toString('latin1', 0, length)) },
    });
    this.#socket.on('error', (error) => this.#fail(error.message));
    this.#socket.on('close', () => this.#fail('closed by the server'));
  }

  /**
   * Requests a path. Calls `onBody` with the body of the answer as latin1 text: one character for each byte.
   *
   * @param {string} path
   * @param {(body: string) => void} onBody
   */
  get(path, onBody) {
    this.#begin();
    this.#onBody = onBody;
    this.#socket.write(`GET ${path} HTTP/1.1\r\nHost: ${this.#host}\r\n${this.#headers}\r\n`, 'latin1');
  }

  /**
   * Posts an ASCII text to a path.
   *
   * @param {string} path
   * @param {{ type: string, body: string }} content
   * @param {(body: string) => void} onBody
   */
  post(path, { type, body }, onBody) {
    this.#begin();
    this.#onBody = onBody;
    const head = `POST ${path} HTTP/1.1\r\nHost: ${this.#host}\r\nContent-Type: ${type}\r\nContent-Length: `;
    this.#socket.write(`${head}${body.length}\r\n\r\n${body}`, 'latin1');
  }

  /**
   * Requests an answer that has no end, such as a stream. Calls `onText` with each piece of its body. From then on, the
   * connection takes no other requests.
   *
   * @param {string} path
   * @param {string} headers more header lines
   * @param {(text: string) => void} onText
   */
  open(path, headers, onText) {
    this.#begin();
    this.#onText = onText;
    this.#opening = true;
    this.#socket.write(`GET ${path} HTTP/1.1\r\nHost: ${this.#host}\r\n${headers}\r\n`, 'latin1');
  }

  /** Writes to a server that takes more than requests. */
  write(/** @type {string} */ text) {
    this.#socket.write(text, 'latin1');
  }

  /** Requests a path and resolves with the JSON of the JSONP answer. */
  call(/** @type {string} */ path) {
    return new Promise((resolve) => this.get(path, (body) => resolve(parseJsonp(body))));
  }

  /** True when it takes no more requests. */
  get ended() {
    return this.#ended;
  }

  end() {
    this.#ended = true;
    this.#socket.destroy();
  }

  #begin() {
    if (this.#onBody !== null || this.#onText !== null) throw new Error('the connection waits for an answer');
    if (this.#ended) throw new Error(`the connection to ${this.#host} has ended`);
  }

  #read(/** @type {string} */ text) {
    if (this.#ended) return true;
    if (this.#onText === null) this.#readBody(text);
    else if (this.#opening) this.#readHead(text);
    else this.#onText(text);
    return true;
  }

  #readBody(/** @type {string} */ text) {
    const all = this.#rest === '' ? text : this.#rest + text;
    const head = all.indexOf(HEAD_END);
    const start = head + HEAD_END.length;
    const end = head < 0 ? Infinity : start + lengthOf(all);
    this.#rest = all;
    if (all.length < end) return;
    this.#rest = '';
    const onBody = this.#onBody;
    this.#onBody = null;
    if (onBody === null) throw new Error(`an answer without a request: ${all.slice(0, 80)}`);
    onBody(all.slice(start, end));
  }

  #readHead(/** @type {string} */ text) {
    this.#rest += text;
    const head = this.#rest.indexOf(HEAD_END);
    if (head < 0) return;
    const status = Number(STATUS.exec(this.#rest)?.[1]);
    if (status !== 200 && status !== 101) throw new Error(`the server refused to open: ${this.#rest.slice(0, 500)}`);
    const body = this.#rest.slice(head + HEAD_END.length);
    this.#rest = '';
    this.#opening = false;
    if (body !== '') this.#onText?.(body);
  }

  /** A server may close a connection that has been idle for a minute. Any other end is a fault. */
  #fail(/** @type {string} */ why) {
    if (this.#ended) return;
    this.#ended = true;
    if (this.#onBody === null && this.#onText === null) return;
    throw new Error(`a connection to ${this.#host} broke: ${why}`);
  }
}

function lengthOf(/** @type {string} */ answer) {
  const length = LENGTH.exec(answer)?.[1];
  if (length === undefined) throw new Error(`an answer without a length: ${answer.slice(0, 80)}`);
  return Number(length);
}

/** Returns the JSON in `/**\/f(...);`. All requests of the bench ask for this form. */
export function parseJsonp(/** @type {string} */ body) {
  return JSON.parse(body.slice('/**/f('.length, -');'.length));
}
