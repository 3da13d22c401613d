/** The settings, as far as they can be judged by themselves, and whether a chat runs with them here. */
import { reasonOf } from '../problem.js';
import { bad, good, note } from './findings.js';

/**
 * All settings, those of the start among them.
 *
 * @typedef {import('#dist/shared/config/config.js').Config} Config
 * @typedef {Config & ReturnType<typeof import('#dist/shared/config/config.js').readStartConfig>} Settings
 */

const SHORTEST_PASSWORD = 12;
const PATIENCE = 5_000;

export async function checkSettings(/** @type {Settings} */ settings) {
  return [
    checkPassword(settings),
    checkProxies(settings),
    checkLimits(settings),
    checkProcesses(settings),
    await checkPort(settings),
  ];
}

async function checkPort(/** @type {Settings} */ { port }) {
  const answer = await fetch(`http://127.0.0.1:${port}/ready`, { signal: AbortSignal.timeout(PATIENCE) }).catch(
    (error) => error,
  );
  if (answer instanceof Error) return note(`PORT=${port}: no chat runs there now (${reasonOf(answer)}).`);
  const body = await answer.json().catch(() => null);
  if (body?.ok === undefined) return bad(`PORT=${port}: something else than the chat answers there.`);
  return body.ok
    ? good(`PORT=${port}: a chat runs there, and is ready.`)
    : bad(`PORT=${port}: a chat runs there, and is not ready: ${body.reason}.`);
}

function checkPassword(/** @type {Settings} */ { adminPassword }) {
  if (adminPassword === null)
    return note('ADMIN_PASSWORD is not set: there are no figures, no /admin and no board of the queues.');
  if (adminPassword.length >= SHORTEST_PASSWORD) return good('ADMIN_PASSWORD is set.');
  return bad(
    `ADMIN_PASSWORD has ${adminPassword.length} characters, which programs guess: take ${SHORTEST_PASSWORD} or more, at random.`,
  );
}

function checkProxies(/** @type {Settings} */ { trustProxy, rateLimits }) {
  if (!rateLimits) return good('TRUST_PROXY does not matter while RATE_LIMITS=off.');
  if (trustProxy > 0)
    return good(
      `TRUST_PROXY=${trustProxy}: limits go by what the outermost of ${trustProxy} of your proxies saw. Let nobody reach the chat's port past them.`,
    );
  return good(
    'TRUST_PROXY=0: limits go by who connects. With a proxy in front set it to 1, or all visitors count as one.',
  );
}

function checkLimits(/** @type {Settings} */ { rateLimits }) {
  return rateLimits
    ? good('RATE_LIMITS are on.')
    : bad('RATE_LIMITS=off: anybody may flood everybody. It is for load tests only.');
}

function checkProcesses(/** @type {Settings} */ { apiInstances, workerInstances, cores }) {
  const text = `${apiInstances} API and ${workerInstances} worker processes on ${cores} cores`;
  return apiInstances + workerInstances <= 2 * cores
    ? good(`${text}.`)
    : note(`${text}: they wait for one another. Take fewer (API_INSTANCES, WORKER_INSTANCES).`);
}
