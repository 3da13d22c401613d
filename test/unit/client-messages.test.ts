/** The messages that the hooks and composables of the npm package show. */
import { describe, expect, it } from 'vitest';
import { messagesAfter, withPage } from '../../clients/js/messages.js';
import type { ChatEvent } from '../../shared/protocol/events.js';

const ann = { id: 1, name: 'Ann' };
const bob = { id: 2, name: 'Bob' };
const event = (id: number, fields: Partial<ChatEvent>): ChatEvent => ({
  type: 'message',
  room: 'r',
  id: `${id}-0`,
  at: id,
  from: ann,
  ...fields,
});
const three = [event(1, { text: 'a' }), event(2, { text: 'b', from: bob }), event(3, { text: 'c' })];
const textsAfter = (fields: Partial<ChatEvent>, messages = three): (string | undefined)[] =>
  messagesAfter(messages, event(9, fields), ann.id).map(({ text }) => text);

describe('messages', () => {
  it('are added, each once, and the oldest go', () => {
    expect(textsAfter({ text: 'd' })).toEqual(['a', 'b', 'c', 'd']);
    expect(textsAfter({ text: 'd', id: '3-0' })).toEqual(['a', 'b', 'd']);
    const many = Array.from({ length: 500 }, (_, i) => event(10 + i, { text: `${i}` }));
    const texts = textsAfter({ text: 'new', id: '900-0' }, many);
    expect([texts.length, texts[0], texts.at(-1)]).toEqual([500, '1', 'new']);
  });

  it('are edited, removed one by one or by user, and cleared', () => {
    expect(textsAfter({ type: 'edited', edited: '2-0', text: 'B' })).toEqual(['a', 'B', 'c']);
    expect(textsAfter({ type: 'removed', removed: '2-0' })).toEqual(['a', 'c']);
    expect(textsAfter({ type: 'removed', user: ann })).toEqual(['b']);
    expect(textsAfter({ type: 'cleared' })).toEqual([]);
  });

  it('have their reactions, which say whether they are mine', () => {
    const reactions = [{ emoji: '+', count: 1, users: [ann] }];
    const reacted = messagesAfter(three, event(9, { type: 'reacted', reacted: '1-0', reactions }), ann.id);
    expect(reacted[0]?.reactions).toEqual([{ emoji: '+', count: 1, users: [ann], mine: true }]);
    expect(messagesAfter(three, event(9, { type: 'reacted', reacted: '1-0', reactions }), 7)[0]?.reactions).toEqual(
      reactions,
    );
  });

  it('are the same array after an event that changes none', () => {
    expect(messagesAfter(three, event(9, { type: 'joined' }), ann.id)).toBe(three);
  });

  it('take over a page of the history', () => {
    const page = [event(2, { text: 'B' }), event(3, { text: 'C' }), event(4, { text: 'D' })];
    const texts = (now: readonly ChatEvent[]) => now.map(({ text }) => text);
    expect(texts(withPage(three, page))).toEqual(['a', 'B', 'C', 'D']);
    expect(texts(withPage(three, [event(7, { text: 'G' })]))).toEqual(['G']);
    expect(withPage(three, [])).toEqual([]);
  });
});
