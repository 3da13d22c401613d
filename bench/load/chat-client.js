/** A client of the chat or of the floor. It joins and sends by JSONP, and checks all events. */
import { Client } from './client.js';
import { parseJsonp } from './connection.js';

/**
 * @typedef {{ type: string, room: string, id: string, from: { id: number }, text?: string, value?: string }} ChatEvent
 * @typedef {{ ok: true, cursor: string, events: ChatEvent[], missed?: number, reset?: boolean }} Events
 */

/** @abstract */
export class ChatClient extends Client {
  token = '';
  cursor = '';
  /** False for the floor: it keeps nothing of a stream. */
  acknowledges = true;

  /**
   * @override
   * @param {import('./connection.js').Connection} connection
   * @param {string} name
   */
  async join(connection, name) {
    const answer = await connection.call(`/jsonp/join?callback=f&name=${name}&room=${this.room.name}`);
    if (!answer.ok) throw new Error(`the server refused a join: ${answer.error.code}`);
    this.token = answer.token;
    this.cursor = answer.cursor;
    this.acknowledges = answer.acks !== false;
    this.presence?.begin(answer);
  }

  /**
   * @override
   * @param {import('./connection.js').Connection} connection
   */
  async leave(connection) {
    const answer = await connection.call(`/jsonp/leave?callback=f&token=${this.token}`);
    if (!answer.ok) throw new Error(`the server refused to end a user: ${answer.error.code}`);
  }

  /**
   * @override
   * @param {string} text
   * @param {import('./client.js').OnSent} onSent
   */
  send(text, onSent) {
    const query = `callback=f&token=${this.token}&room=${this.room.name}`;
    const isValue = this.room.writes === 'values';
    const path = isValue ? `/jsonp/set?${query}&key=k&value="${text}"` : `/jsonp/send?${query}&text=${text}`;
    this.room.calls.get(path, (body) => {
      const answer = parseJsonp(body);
      onSent(answer.ok ? null : answer.error.code);
    });
  }

  /** Notes what an answer says beside its events. */
  noteAnswer(/** @type {Events} */ { cursor, missed, reset }) {
    this.cursor = cursor;
    this.meter.answers += 1;
    if (missed) this.meter.missed += missed;
    if (reset) this.meter.resets += 1;
  }

  takeAll(/** @type {ChatEvent[]} */ events) {
    for (const event of events) {
      if (event.type === 'message' || event.type === 'value') {
        this.receive(event.room, event.text ?? event.value ?? '', event.id);
      } else if (event.type === 'joined') this.presence?.take(event);
    }
  }

  noteRefusal(/** @type {{ code: string }} */ { code }) {
    this.meter.error(code);
    if (code === 'unauthorized') throw new Error('the server refused a client as unauthorized');
  }
}
