/** An announcement reaches everybody: with the next answer, with a held poll, with the view of a room; and its end. */
import { describe, expect } from 'vitest';
import { announce, readAnnouncement } from '../../shared/store/announcement.js';
import { bothWaysAsking, freshRoom } from '../support/fixtures/parts.js';
import type { Answer, Part } from '../support/parts.js';
import { joinAs, type Person } from '../support/people.js';
import { until } from '../support/until.js';

const newsOf = ({ news }: Answer): unknown => news;
const viewOf = (answer: Answer): { news?: unknown } => answer.room as { news?: unknown };

describe.for(bothWaysAsking())('with LIVE=%s, asked by %s, what the host says', ([LIVE, , it]) => {
  let here: Part, there: Part;
  it.beforeAll(({ part, otherPart }) => {
    [here, there] = [part, otherPart];
  });

  const knows = (part: Part, text: string): Promise<unknown> =>
    until(() => (part.polls.news.now?.text ?? '') === text, `a process that knows ${text}`);
  const everybodyKnows = (text: string): Promise<unknown> => Promise.all([knows(here, text), knows(there, text)]);

  async function quietPerson(): Promise<Person> {
    const person = await joinAs(here, freshRoom());
    await person.poll(here);
    return person;
  }

  it('answers polls that are held, and others with their next answer; the answer after it has it again', async () => {
    // more than one step of those who are told; without live polls there are connections for so many only
    const held = await Promise.all(Array.from({ length: LIVE === 'on' ? 120 : 30 }, quietPerson));
    const polls = held.map((person) => person.poll(here, 25));
    await until(() => held.every(({ id }) => here.polls.heldFor(id)), 'held polls');
    const away = await quietPerson();
    await announce(there.store, { kind: 'notice', text: 'first' });
    for (const answer of await Promise.all(polls)) expect(newsOf(answer)).toMatchObject({ text: 'first' });
    await everybodyKnows('first');
    expect(await away.poll(here, 25)).toMatchObject({
      events: [],
      news: { type: 'announcement', room: '', from: { id: 0, name: '' }, kind: 'notice', text: 'first' },
    });
    // the first answer may be lost on its way
    expect(newsOf(await away.poll(here, 0.1))).toMatchObject({ text: 'first' });
    expect(newsOf(await away.poll(here, 0.1))).toBeUndefined();
    expect(newsOf(await away.poll(there, 0.1))).toMatchObject({ text: 'first' });
  });

  it('answers the first poll of a user that joined before it at once', async () => {
    const fresh = await joinAs(here, freshRoom());
    const friend = await joinAs(here, fresh.room);
    await announce(there.store, { kind: 'notice', text: 'meanwhile' });
    await everybodyKnows('meanwhile');
    const answer = fresh.poll(here, 25);
    await until(() => here.polls.hearers.isIn(fresh.id, fresh.room), 'its attach');
    await friend.act('signal', { data: 'something else to answer it for' });
    expect(await answer).toMatchObject({ events: [], news: { text: 'meanwhile' } });
  });

  it('is in the view of a room while it holds, and its end is told as well', async () => {
    const early = await quietPerson();
    const times = { begins: Date.now() + 60_000, minutes: 10, until: Date.now() + 3_600_000 };
    await announce(here.store, { kind: 'maintenance', text: 'second <b>', ...times });
    await everybodyKnows('second <b>');
    const joined = await there.call('join', { room: freshRoom() });
    expect(viewOf(joined).news).toMatchObject({ kind: 'maintenance', text: 'second <b>', ...times });
    expect(newsOf(await early.poll(here, 25))).toMatchObject({ text: 'second <b>' });
    await announce(there.store, { kind: 'none', text: '' });
    await everybodyKnows('');
    expect(viewOf(await there.call('join', { room: freshRoom() }))).not.toHaveProperty('news');
    expect(newsOf(await early.poll(here, 25))).toMatchObject({ kind: 'none' });
  });

  it('ends by itself, and is kept no longer', async () => {
    await announce(here.store, { kind: 'notice', text: 'short', until: Date.now() + 300 });
    await until(() => here.polls.news.now === null, 'its end');
    await until(async () => (await readAnnouncement(here.store)) === null, 'an empty Redis');
  });
});
