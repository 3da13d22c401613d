/** A client of Socket.IO that uses a WebSocket. */
import { Connection } from '../connection.js';
import { FrameReader, frameOf } from './frames.js';
import { SocketIoClient } from './socket-io-client.js';

const PATH = '/socket.io/?EIO=4&transport=websocket';
/** The key proves to browsers that the server knows WebSockets. The bench does not look at the answer. */
const HEADERS = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  '',
].join('\r\n');

export class SocketIoWebSocket extends SocketIoClient {
  /** @override */
  start() {
    this.connection = new Connection(this.port);
    const reader = new FrameReader((packet) => this.take(packet));
    this.connection.open(PATH, HEADERS, (text) => reader.read(text));
  }

  /**
   * @override
   * @param {string} packet
   */
  write(packet) {
    this.connection?.write(frameOf(packet));
  }
}
