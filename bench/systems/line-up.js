/** The systems of one scenario with their clients: the floor, the chat, and the chat it is compared with. */
import { root } from '../../scripts/project.js';
import { Crowd } from '../load/crowd.js';
import { startChat, startFloor } from './systems.js';

/** Starts all, gives `use` their crowds, and ends all, whatever happens. */
export async function withCrowds(options, how, use) {
  const crowds = [];
  try {
    for (const start of starters(options, how)) crowds.push(new Crowd(await start()));
    return await use(crowds);
  } finally {
    for (const crowd of crowds) crowd.end();
    await Promise.all(crowds.map(({ system }) => system.stop()));
  }
}

function starters({ settings, compared, profile }, { floor = true, ...how } = {}) {
  return [
    ...(floor ? [() => startFloor(how)] : []),
    () => startChat('chat', root, { ...how, env: { ...settings, ...how.env }, profile }),
    ...(compared
      ? [() => startChat('compared', compared.dir, { ...how, env: { ...compared.settings, ...how.env } })]
      : []),
  ];
}

/** With `LIVE=off` every held poll needs a connection of the pool. */
export function poolFor(options, polls) {
  return options.settings.LIVE === 'off' ? { POLL_CONNECTIONS: String(polls + 64) } : {};
}
