/**
 * Events as JSON text. An event is serialised once, when it is accepted, and from then on only joined with other texts.
 * All text is script-safe, so that a JSONP answer needs no second look at it.
 */
import type { ChatEvent, SignalEvent } from '../protocol/events.js';
import { MESSAGE_UNIT_BYTES } from '../protocol/limits.js';

const UNSAFE = /[<>\u2028\u2029]/g;

/**
 * Returns JSON text that is safe inside a script. It escapes `<` and `>` (no `</script>`, no `<!--`), and U+2028 and
 * U+2029, which JSON allows and JavaScript before ES2019 did not.
 */
export function scriptSafeJson(value: unknown): string {
  return scriptSafe(JSON.stringify(value));
}

const scriptSafe = (json: string): string =>
  json.replace(UNSAFE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Returns how many bytes a value takes in an event's text. */
export function storedBytes(value: unknown): number {
  return Buffer.byteLength(scriptSafeJson(value));
}

/**
 * Whether a value takes at most so many bytes in an event's text. A value that is too long unescaped is not escaped.
 */
export function fitsIn(value: unknown, bytes: number): boolean {
  const json = JSON.stringify(value);
  return json.length <= bytes && Buffer.byteLength(scriptSafe(json)) <= bytes;
}

/** The most bytes that one UTF-16 unit takes in an event's text. */
const CHARACTER_BYTES = 6;

/** Returns what a message costs in every rate: 1 for each started 4 KiB (`MESSAGE_UNIT_BYTES`) of it. */
export function messageCost({ text = '', data }: { text?: string | undefined; data?: unknown }): number {
  if (data === undefined && text.length * CHARACTER_BYTES < MESSAGE_UNIT_BYTES) return 1; // most are short
  return Math.ceil((storedBytes(text) + (data === undefined ? 0 : storedBytes(data))) / MESSAGE_UNIT_BYTES);
}

type Unstored<T> = Omit<T, 'id' | 'at' | 'private'> & { private?: boolean | undefined };

/** Returns an event's text as the log keeps it. Its id and time are not in it: the log gives them. */
export function eventText(event: { [K in keyof Unstored<ChatEvent>]: Unstored<ChatEvent>[K] | undefined }): string {
  return scriptSafeJson(event);
}

/** Returns the text as clients see it, with the log id and its time. Scripts rely on its beginning: `{"id":"..."`. */
export function withId(id: string, text: string): string {
  return `{"id":"${id}","at":${id.slice(0, id.indexOf('-'))},${text.slice(1)}`;
}

/**
 * Returns the text of a message in the log with what the overlay has of it: '' for nothing, else the log id of its
 * `edited` event and its text as JSON.
 */
export function withEdit(text: string, edit: string): string {
  if (edit === '') return text;
  const now = { text: JSON.parse(edit.slice(edit.indexOf(' ') + 1)) as string, editedAt: Number.parseInt(edit, 10) };
  return scriptSafeJson({ ...(JSON.parse(text) as ChatEvent), ...now });
}

/** Returns the type of an event, from its text in the log. */
export function typeOf(text: string): string {
  if (text.startsWith('{"type":"message"')) return 'message'; // most are
  return text.slice(9, text.indexOf('"', 9)); // behind `{"type":"`
}

/** Returns when an event was accepted (ms since 1970), from its text as clients see it. */
export function timeOf(text: string): number {
  return Number.parseInt(text.slice(7, 24), 10); // behind `{"id":"`
}

export function signalText(signal: SignalEvent): string {
  return scriptSafeJson(signal);
}
