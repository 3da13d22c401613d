/** The letter to the receiver of a hook, in the shape that it understands. */
import { createHmac } from 'node:crypto';
import type { ChatEvent, HookShape } from '../../../shared/protocol/events.js';
import type { HookDefinition } from '../../../shared/store/hooks-out.js';

/** The messages to tell. */
interface Told {
  room: string;
  /** Of the hook. */
  id: string;
  messages: readonly ChatEvent[];
  /** At most so many messages before them are missing. */
  missed: number;
}

export interface Letter {
  url: URL;
  headers: Record<string, string>;
  body: string;
  /** How many of the messages are in it: as many as fit, and at least one. */
  count: number;
}

/** The most that a receiver takes: Discord and Telegram count UTF-16 units, Slack characters, ntfy bytes. */
const DISCORD_MAX = 2_000;
const SLACK_MAX = 40_000;
const TELEGRAM_MAX = 4_096;
const NTFY_BYTES_MAX = 4_096;
/** Discord refuses names with these words in them. */
const NO_DISCORD_NAME = /discord|clyde|^(?:everyone|here)$/i;

const JSON_TYPE = { 'content-type': 'application/json' };
const units = (text: string): number => text.length;

const SHAPES: Record<HookShape, (told: Told, definition: HookDefinition) => Letter> = {
  json({ room, id, messages, missed }, { url, secret = '' }) {
    const body = JSON.stringify({ room, hook: id, ...(missed > 0 && { missed }), events: messages });
    const headers = signed(secret, `${messages[0]?.id}_${messages.at(-1)?.id}`, body);
    return { url: new URL(url), headers: { ...JSON_TYPE, ...headers }, body, count: messages.length };
  },
  discord(told, { url }) {
    const { text, count } = fitting(told, (by) => `**${by.replace(/[\\*_~`|>[\]()#-]/g, '\\$&')}:** `, masked, {
      max: DISCORD_MAX,
      sizeOf: units,
    });
    const names = new Set(told.messages.slice(0, count).map(({ from }) => from.name));
    const [name = ''] = names.size === 1 && !NO_DISCORD_NAME.test([...names].join()) ? names : [];
    const content = { content: text, allowed_mentions: { parse: [] }, ...(name !== '' && { username: name }) };
    return { url: new URL(url), headers: JSON_TYPE, body: JSON.stringify(content), count };
  },
  slack(told, { url }) {
    const { text, count } = fitting(told, (by) => `*${escapeSlack(by).replaceAll('*', '∗')}:* `, escapeSlack, {
      max: SLACK_MAX,
      sizeOf: units,
    });
    return { url: new URL(url), headers: JSON_TYPE, body: JSON.stringify({ text }), count };
  },
  telegram(told, { url }) {
    const target = new URL(url);
    const chat = target.searchParams.get('chat_id') ?? '';
    target.search = '';
    const { text, count } = fitting(told, plainName, same, { max: TELEGRAM_MAX, sizeOf: units });
    return { url: target, headers: JSON_TYPE, body: JSON.stringify({ chat_id: chat, text }), count };
  },
  ntfy(told, { url }) {
    const { text, count } = fitting(told, plainName, same, { max: NTFY_BYTES_MAX, sizeOf: Buffer.byteLength });
    // a room's name has only letters, digits and .-_, so it cannot begin another header
    const headers = { title: told.room, 'content-type': 'text/plain; charset=utf-8' };
    return { url: new URL(url), headers, body: text, count };
  },
};

/** Returns what a hook sends of some messages. */
export function letterOf(definition: HookDefinition, told: Told): Letter {
  return SHAPES[definition.shape](told, definition);
}

/** Every sign that some receiver shows as the beginning of a new line. */
const BREAKS = /\r\n|[\n\v\f\r\x85\u2028\u2029]/g;
/** Begins each further line of a text, which could look like the message of somebody else. */
const FURTHER_LINE = '\n│ ';

const same = (text: string): string => text;
const plainName = (name: string): string => `${name}: `;
/** A link that shows another address than its own has brackets. */
const masked = (text: string): string => text.replace(/[[\]]/g, '\\$&');
const escapeSlack = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Returns as many messages as fit, one behind the other. A first one that is too long is cut. */
function fitting(
  { messages, missed }: Told,
  nameOf: (name: string) => string,
  escapeText: (text: string) => string,
  { max, sizeOf }: { max: number; sizeOf: (text: string) => number },
): { text: string; count: number } {
  const gap = missed > 0 ? `(Up to ${missed} messages are missing here.)\n` : '';
  const lines = messages.map(
    ({ from, text = '' }) => `${nameOf(from.name)}${escapeText(text).replace(BREAKS, FURTHER_LINE)}`,
  );
  let [joined, count] = [`${gap}${lines[0] ?? ''}`, 1];
  for (; count < lines.length; count += 1) {
    const longer = `${joined}\n${lines[count]}`;
    if (sizeOf(longer) > max) break;
    joined = longer;
  }
  return { text: shortened(joined, max, sizeOf), count };
}

/** Returns a text, or the beginning of it that fits, with an ellipsis. */
function shortened(text: string, max: number, sizeOf: (text: string) => number): string {
  if (sizeOf(text) <= max) return text;
  const end = '…';
  let [kept, left] = ['', max - sizeOf(end)];
  for (const character of text) {
    left -= sizeOf(character);
    if (left < 0) break;
    kept += character;
  }
  return kept + end;
}

/**
 * Returns the headers by which a receiver knows that a body is ours, and fresh (https://www.standardwebhooks.com).
 * `id`: of these messages.
 */
function signed(secret: string, id: string, body: string): Record<string, string> {
  const at = Math.floor(Date.now() / 1_000);
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': String(at), 'webhook-signature': `v1,${signature}` };
}
