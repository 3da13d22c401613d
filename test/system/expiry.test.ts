/** A user whose page has died without a word ends after USER_TTL. */
import { systemWith } from '../support/fixtures/system.js';
import { until } from '../support/until.js';
import { TestUser } from '../support/user.js';

const it = systemWith({ workers: 2, env: { USER_TTL: 3 } });

it('a stopped user is expired by the worker, and the room hears of it', async ({ system }) => {
  const [anna, bert] = [await TestUser.join(system.urls), await TestUser.join(system.urls)];
  const follower = anna.follow();
  await until(
    () => follower.events.some((event) => event.type === 'left' && event.from.id === bert.id),
    'the end of the other',
    30_000,
  );
  await follower.stop();
  await anna.send('still here');
});
