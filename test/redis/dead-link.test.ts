/** A link to Redis that dies without a word: nothing passes any more, and no connection ends. */
import { openLink } from '../support/dead-link.js';
import { partsTest } from '../support/fixtures/parts.js';
import { type Asking, openPart, type Worker } from '../support/parts.js';
import { joinAs } from '../support/people.js';
import { startOneRedis, type TestRedis } from '../support/redis.js';
import { until } from '../support/until.js';

/** Links to all nodes of a cluster would have to die together. */
const it = partsTest.extend('start', { scope: 'file' }, () => startOneRedis);

it('a link that dies without a word is noticed, and polls go on, in both ways of waiting', async ({
  redis,
  worker,
}) => {
  const ways = ['on', 'off'].flatMap((LIVE) => (['poll', 'stream'] as const).map((asking) => [LIVE, asking] as const));
  await Promise.all(ways.map(([LIVE, asking]) => surviveDeadLink(LIVE, asking, redis, worker)));
});

async function surviveDeadLink(LIVE: string, asking: Asking, redis: TestRedis, worker: Worker): Promise<void> {
  const link = await openLink(redis.port);
  const part = await openPart(link.url, { LIVE });
  part.asking = asking;
  const room = `link-${LIVE}-${asking}`;
  const anna = await joinAs(part, room);
  const polling = { on: true };
  const polls = (async () => {
    while (polling.on) await anna.poll(part, 5).catch(() => new Promise((resolve) => setTimeout(resolve, 100)));
  })();
  await until(() => part.polls.heldFor(anna.id), 'a held poll');
  link.die();
  const send = (): Promise<boolean> =>
    anna.send(part, 'over the new link').then(
      () => true,
      () => false,
    );
  await until(send, 'the new link', 20_000);
  await worker.fanOut.advanceRoom(room);
  await until(() => anna.texts.includes('over the new link'), 'the message', 15_000);
  polling.on = false;
  await polls;
  await part.close();
  link.close();
}
