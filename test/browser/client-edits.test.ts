/** A page changes its messages, takes them back and answers others; other pages are told. */
import { describe, expect } from 'vitest';
import type { ChatEvent } from '../../shared/protocol/events.js';
import { joinIn, libraryPage, WAYS } from '../support/browser.js';
import { browserTest, freshRoom, type Stage } from '../support/fixtures/browser.js';
import { until } from '../support/until.js';

const it = browserTest;
let stage: Stage;
it.beforeEach(({ stage: own }) => {
  stage = own;
});

describe.each(WAYS)('by %s', (transport) => {
  it('an edit, a message taken back and an answer reach the other page, and its refusals have a reason', async () => {
    const room = freshRoom();
    const [ann, bob] = [await libraryPage(stage), await libraryPage(stage)];
    for (const page of [ann, bob]) await joinIn(page, { room, transport });
    await bob.evaluate(() => {
      const events: unknown[] = [];
      Object.assign(window, { heard: events });
      window.chat.on('edited', ({ edited, text }) => events.push([edited, text]));
      window.chat.on('removed', ({ removed }) => events.push(removed));
      window.chat.on('message', ({ text, re }) => events.push([text, re ?? '']));
    });
    const [first, second] = await ann.evaluate(async () => {
      const { chat } = window;
      const one = await chat.send('helo');
      await chat.edit(one.id, 'hello');
      const two = await chat.send({ text: 'yes', re: one.id });
      return [one.id, two.id];
    });
    const heard = () => bob.evaluate(() => (window as unknown as { heard: unknown[] }).heard);
    await until(async () => (await heard()).length === 3, 'all but the last event'); // else nobody need hear the answer
    await ann.evaluate((id = '') => window.chat.unsay(id), second);
    await until(async () => (await heard()).length === 4, 'four events');
    expect(await heard()).toEqual([['helo', ''], [first, 'hello'], ['yes', first], second]);
    const reasons = await bob.evaluate(
      (id = '') =>
        Promise.all([
          window.chat.edit(id, 'mine').catch(({ code, reason }) => [code, reason]),
          window.chat.unsay(id).catch(({ code, reason }) => [code, reason]),
          window.chat.edit('1-1', 'mine').catch(({ code, field }) => [code, field]),
        ]),
      first,
    );
    expect(reasons).toEqual([
      ['not_allowed', 'foreign'],
      ['not_allowed', 'foreign'],
      ['bad_request', 'id'],
    ]);
    const { events } = await bob.evaluate(() => window.chat.history());
    expect(events.filter(({ type }: ChatEvent) => type === 'message')).toMatchObject([
      { id: first, text: 'hello', editedAt: expect.any(Number) },
    ]);
  });
});
