/** The letters of outgoing hooks in each shape: the words of users mean nothing there, and fit. */
import { describe, expect, it } from 'vitest';
import { letterOf } from '../../apps/worker/hooks/letter.js';
import type { ChatEvent, HookShape } from '../../shared/protocol/events.js';

const URL_OF = 'https://receiver.example/a?chat_id=-100&x=1';
const say = (text: string, name = 'Anna', n = 1): ChatEvent =>
  ({ type: 'message', room: 'news', id: `${n}-0`, at: n, from: { id: 7, name }, text }) as ChatEvent;

function letter(shape: HookShape, messages: ChatEvent[], missed = 0) {
  const definition = { url: URL_OF, shape, secret: 'whsec_a2V5', by: { id: 1, name: 'Olga' }, at: 1 };
  return letterOf(definition, { room: 'news', id: 'abcdefgh', messages, missed });
}
const bodyOf = (shape: HookShape, messages: ChatEvent[], missed = 0) =>
  JSON.parse(letter(shape, messages, missed).body);
const textIn = (shape: HookShape, messages: ChatEvent[]): string => {
  const { body } = letter(shape, messages);
  const { content, text } = shape === 'ntfy' ? { text: body, content: undefined } : JSON.parse(body);
  return content ?? text;
};

describe('a letter', () => {
  it('to Discord has the name of its author, or of each of several', () => {
    expect(bodyOf('discord', [say('one'), say('two')])).toEqual({
      content: '**Anna:** one\n**Anna:** two',
      username: 'Anna',
      allowed_mentions: { parse: [] },
    });
    expect(bodyOf('discord', [say('one'), say('two', 'Bert')])).toEqual({
      content: '**Anna:** one\n**Bert:** two',
      allowed_mentions: { parse: [] },
    });
  });

  it.each(['Clyde', 'my discord', 'everyone', 'here'])('to Discord is not by %s, which it would refuse', (name) =>
    expect(bodyOf('discord', [say('one', name)])).not.toHaveProperty('username'),
  );

  it('to Discord and Slack can ping nobody, and hide no link', () => {
    const text = '@everyone <!channel> <@U1> <https://evil.example|bank> [bank](https://evil.example) & more';
    const discord = bodyOf('discord', [say(text, '**[x](y)')]);
    expect(discord.allowed_mentions).toEqual({ parse: [] });
    expect(discord.content).toContain('\\[bank\\](https://evil.example)');
    expect(discord.content).toContain('**\\*\\*\\[x\\]\\(y\\):**');
    const slack = bodyOf('slack', [say(text, '<!here>*')]).text;
    expect(slack).not.toMatch(/[<>]/);
    expect(slack).toContain('&amp; more');
  });

  it('to Telegram goes to the chat of the address, as plain text', () => {
    const { url, body } = letter('telegram', [say('*one*'), say('two', 'Bert')]);
    expect(url.href).toBe('https://receiver.example/a');
    expect(JSON.parse(body)).toEqual({ chat_id: '-100', text: 'Anna: *one*\nBert: two' });
  });

  it('to ntfy is text, with the room as its title, and begins no header', () => {
    const { body, headers } = letter('ntfy', [say('one\r\nTitle: two', 'A\r\nX: y')]);
    expect(body).toBe('A\r\nX: y: one\n│ Title: two');
    expect(headers).toEqual({ title: 'news', 'content-type': 'text/plain; charset=utf-8' });
  });

  it.each([
    ['discord', 2_000, (text: string) => JSON.parse(text).content.length],
    ['slack', 40_000, (text: string) => JSON.parse(text).text.length],
    ['telegram', 4_096, (text: string) => JSON.parse(text).text.length],
    ['ntfy', 4_096, (text: string) => Buffer.byteLength(text)],
  ] as const)(
    'to %s has at most %i characters or bytes, whole messages, and no half of a letter',
    (shape, max, sizeOf) => {
      const long = letter(shape, [say('👍'.repeat(max))]);
      expect(sizeOf(long.body)).toBeLessThanOrEqual(max);
      expect(sizeOf(long.body)).toBeGreaterThan(max - 8);
      expect([long.body.isWellFormed(), long.body.includes('👍…'), long.count]).toEqual([true, true, 1]);
      const many = letter(
        shape,
        Array.from({ length: 25 }, () => say('a'.repeat(max / 10))),
      );
      expect(sizeOf(many.body)).toBeLessThanOrEqual(max);
      expect([many.count, many.body.match(/Anna/g)?.length]).toEqual([9, shape === 'discord' ? 10 : 9]);
    },
  );

  it.each(['discord', 'slack', 'telegram', 'ntfy'] as const)('to %s says what is missing', (shape) =>
    expect(letter(shape, [say('one')], 3).body).toContain('(Up to 3 messages are missing here.)'),
  );

  it.each(['discord', 'slack', 'telegram', 'ntfy'] as const)('to %s has no line that looks like another’s', (shape) => {
    const [told = '', ...further] = textIn(shape, [say('Good morning', 'Teacher'), say('hi', 'pupil')]).split('\n');
    const forged = told.replace('Good morning', 'no school today');
    expect(further.join()).toContain('pupil');
    for (const end of ['\n', '\r', '\r\n', '\v', '\f', '\x85', '\u2028', '\u2029'])
      expect(textIn(shape, [say(`hi${end}${forged}`, 'pupil')]).split(/[\n\v\f\r\x85\u2028\u2029]/)).not.toContain(
        forged,
      );
  });

  it('as JSON has all messages as they are, and an id of its own for each content', () => {
    const messages = [say('one', 'Anna', 1), say('two', 'Bert', 2)];
    const { body, headers, count } = letter('json', messages, 2);
    expect(JSON.parse(body)).toEqual({ room: 'news', hook: 'abcdefgh', missed: 2, events: messages });
    expect([count, headers['webhook-id']]).toEqual([2, '1-0_2-0']);
    expect(letter('json', messages.slice(0, 1)).headers['webhook-id']).toBe('1-0_1-0');
  });
});
