/**
 * Events as JSON text. An event is serialised once, when it is accepted, and from then on only joined with other texts.
 * All text is script-safe, so that a JSONP answer needs no second look at it.
 */
import type { ChatEvent, SignalEvent } from '../protocol/events.js';
import { MESSAGE_UNIT_BYTES } from '../protocol/limits.js';

const UNSAFE = /[<>\u2028\u2029]/g;

/**
 * JSON text that may stand in a script: `<` and `>` escaped (no `</script>`, no `<!--`), and U+2028 and U+2029, which
 * JSON allows and JavaScript before ES2019 did not.
 */
export function scriptSafeJson(value: unknown): string {
  return scriptSafe(JSON.stringify(value));
}

const scriptSafe = (json: string): string =>
  json.replace(UNSAFE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Bytes that a value takes in an event's text. */
export function storedBytes(value: unknown): number {
  return Buffer.byteLength(scriptSafeJson(value));
}

/** Whether a value takes at most so many bytes in an event's text. What is longer before it is escaped is not escaped. */
export function fitsIn(value: unknown, bytes: number): boolean {
  const json = JSON.stringify(value);
  return json.length <= bytes && Buffer.byteLength(scriptSafe(json)) <= bytes;
}

/** No UTF-16 unit takes more bytes in an event's text. */
const CHARACTER_BYTES = 6;

/** What a message costs in every rate: one for each started `MESSAGE_UNIT` of its bytes. */
export function messageCost({ text = '', data }: { text?: string | undefined; data?: unknown }): number {
  if (data === undefined && text.length * CHARACTER_BYTES < MESSAGE_UNIT_BYTES) return 1; // most are short, and need not be counted
  return Math.ceil((storedBytes(text) + (data === undefined ? 0 : storedBytes(data))) / MESSAGE_UNIT_BYTES);
}

type Unstored<T> = Omit<T, 'id' | 'at' | 'private'> & { private?: boolean | undefined };

/** An event's text as the log keeps it: without id and time, which the log gives. */
export function eventText(event: { [K in keyof Unstored<ChatEvent>]: Unstored<ChatEvent>[K] | undefined }): string {
  return scriptSafeJson(event);
}

/** The text as clients see it: the log id and its time spliced in. Always begins `{"id":"..."`, which scripts rely on. */
export function withId(id: string, text: string): string {
  return `{"id":"${id}","at":${id.slice(0, id.indexOf('-'))},${text.slice(1)}`;
}

/** The type of an event, from its text as the log keeps it. */
export function typeOf(text: string): string {
  if (text.startsWith('{"type":"message"')) return 'message'; // most are
  return text.slice(9, text.indexOf('"', 9)); // behind `{"type":"`
}

/** When an event was accepted (ms since 1970), from its text as clients see it. */
export function timeOf(text: string): number {
  return Number.parseInt(text.slice(7, 24), 10); // behind `{"id":"`
}

export function signalText(signal: SignalEvent): string {
  return scriptSafeJson(signal);
}
