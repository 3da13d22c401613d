/** Reading back in a conversation: when there is more to ask for, and when there is not. */
import { describe, expect, it } from 'vitest';
import type { HistoryPage } from '../../apps/web/client/answers.js';
import type { Chat } from '../../apps/web/client/api.js';
import { Failure } from '../../apps/web/client/errors.js';
import { Conversation } from '../../apps/web/element/conversations/conversation.js';
import type { ChatEvent } from '../../shared/protocol/events.js';

const message = (n: number): ChatEvent =>
  ({ type: 'message', room: 'r', id: `${n}-0`, at: n, from: { id: 1, name: 'Ann' }, text: `${n}` }) as ChatEvent;
const conversation = (): Conversation => {
  const made = new Conversation('r', null, () => false);
  made.add(message(50));
  return made;
};
/** A chat whose history is this page, or cannot be read. */
const chatWith = (page: Partial<HistoryPage> | Failure): Chat =>
  ({ history: async () => (page instanceof Failure ? Promise.reject(page) : page) }) as unknown as Chat;

describe('a conversation', () => {
  it('may have older messages until a page says that it is the last', async () => {
    const talk = conversation();
    expect(talk.isBefore('20-0')).toBe(true);
    expect(await talk.loadOlder(chatWith({ events: [message(40)], more: true }))).toBe(1);
    expect([talk.isBefore('20-0'), talk.isBefore('40-0'), talk.isBefore('45-0')]).toEqual([true, false, false]);
    await talk.loadOlder(chatWith({ events: [message(30)], more: false }));
    expect([talk.complete, talk.isBefore('20-0')]).toEqual([true, false]);
  });

  it.each([
    [new Failure('network', 'No answer.'), true],
    [new Failure('rate_limited', 'Too many.', { retryAfter: 3 }), true],
    [new Failure('not_in_room', 'Not a member.'), false],
  ])('can be asked again after a failure that passes: %s', async (failure, mayAskAgain) => {
    const talk = conversation();
    expect(await talk.loadOlder(chatWith(failure))).toBe(0);
    expect([talk.hasFailed, talk.complete, talk.loading]).toEqual([mayAskAgain, !mayAskAgain, false]);
    await talk.loadOlder(chatWith({ events: [message(40)], more: false }));
    expect([talk.hasFailed, talk.has('40-0')]).toEqual([false, mayAskAgain]);
  });
});
