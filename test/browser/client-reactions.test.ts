/** A page reacts to a message; other pages are told, and pages that come later see it. */
import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import type { ChatEvent, Reaction } from '../../shared/protocol/events.js';
import { joinIn, libraryPage, WAYS } from '../support/browser.js';
import { browserTest, freshRoom, type Stage } from '../support/fixtures/browser.js';
import { brief } from '../support/reactions.js';
import { until } from '../support/until.js';

const it = browserTest;
let stage: Stage;
it.beforeEach(({ stage: own }) => {
  stage = own;
});

const heard = (page: Page): Promise<Reaction[][]> =>
  page.evaluate(() => (window as unknown as { heard: Reaction[][] }).heard);

describe.each(WAYS)('by %s', (transport) => {
  it('a reaction reaches the other page, goes when it is taken back, and is in its history', async () => {
    const room = freshRoom();
    const [ann, bob] = [await libraryPage(stage), await libraryPage(stage)];
    for (const page of [ann, bob]) await joinIn(page, { room, transport });
    await bob.evaluate(() => {
      const states: unknown[] = [];
      Object.assign(window, { heard: states });
      window.chat.on('reacted', ({ reactions }) => states.push(reactions));
    });
    const id = await bob.evaluate(async () => (await window.chat.send('hi')).id);
    const own = await ann.evaluate((message) => window.chat.react(message, '👍'), id);
    expect(own).toMatchObject([{ emoji: '👍', count: 1, mine: true }]);
    await until(async () => (await heard(bob)).length === 1, 'the reaction');
    expect((await heard(bob))[0]).toEqual(own.map(({ mine: _, ...rest }) => rest));
    expect(await bob.evaluate((message) => window.chat.react(message, '❤️', true), id)).toHaveLength(2);
    expect(await ann.evaluate((message) => window.chat.react(message, '👍', false), id)).toHaveLength(1);
    await until(async () => brief((await heard(bob)).at(-1)) === '❤️1', 'the last state');
    const { events } = await ann.evaluate(() => window.chat.history());
    expect(brief(events.find((event: ChatEvent) => event.id === id)?.reactions)).toBe('❤️1');
    const refused = await ann.evaluate(() => window.chat.react('1-1', '👍').catch(({ code, field }) => [code, field]));
    expect(refused).toEqual(['bad_request', 'id']);
  });
});
