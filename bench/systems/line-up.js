/** The systems of one scenario with their clients: the floor, the chat (on each Node), and the chat it is compared with. */
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

function starters({ settings, compared, profile, nodes }, { floor = true, ...how } = {}) {
  const chat = (name, binary) => () =>
    startChat(name, root, { ...how, env: { ...settings, ...how.env }, profile, binary });
  return [
    ...(floor ? [() => startFloor(how)] : []),
    ...(nodes.length > 0 ? nodes.map(({ name, binary }) => chat(name, binary)) : [chat('chat')]),
    ...(compared
      ? [() => startChat('compared', compared.dir, { ...how, env: { ...compared.settings, ...how.env } })]
      : []),
  ];
}

/** With `LIVE=off` every held poll needs a connection of the pool. */
export function poolFor(options, polls) {
  return options.settings.LIVE === 'off' ? { POLL_CONNECTIONS: String(polls + 64) } : {};
}
