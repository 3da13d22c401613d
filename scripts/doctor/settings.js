/** Checks the settings as far as they can be judged by themselves, and whether a chat runs with them here. */
import { reasonOf } from '../problem.js';
import { bad, good, note } from './findings.js';

/**
 * All settings, those of the start among them.
 *
 * @typedef {import('#dist/shared/config/config.js').Config} Config
 * @typedef {Config & ReturnType<typeof import('#dist/shared/config/config.js').readStartConfig>} Settings
 */

/** Shorter passwords can be guessed by a program within the limit of wrong attempts (ADMIN_TRIES). */
const PASSWORD_LENGTH_MIN = 12;
const TIMEOUT_MS = 5_000;

export async function checkSettings(/** @type {Settings} */ settings) {
  const { nearMisses } = await import('#dist/shared/config/near-misses.js');
  return [
    ...nearMisses(process.env).map((text) => note(text)),
    checkPassword(settings),
    checkProxies(settings),
    checkLimits(settings),
    checkProcesses(settings),
    await checkPort(settings),
  ];
}

async function checkPort(/** @type {Settings} */ { port }) {
  const answer = await fetch(`http://127.0.0.1:${port}/ready`, { signal: AbortSignal.timeout(TIMEOUT_MS) }).catch(
    (error) => error,
  );
  if (answer instanceof Error)
    return note(`No chat runs at PORT=${port} now (${reasonOf(answer)}).`, 'Start it to have it checked.');
  const body = await answer.json().catch(() => null);
  if (body?.ok === undefined)
    return bad(`Something other than the chat answers at PORT=${port}.`, 'Set PORT to a free port.');
  return body.ok
    ? good(`The chat at PORT=${port} runs and is ready.`)
    : bad(`The chat at PORT=${port} runs, but it is not ready: ${body.reason}.`, 'Correct that first.');
}

function checkPassword(/** @type {Settings} */ { adminPassword }) {
  if (adminPassword === null)
    return note(
      'ADMIN_PASSWORD is not set, so /admin, /metrics and the board of the queues are off.',
      'Set it if you want them.',
    );
  if (adminPassword.length >= PASSWORD_LENGTH_MIN) return good('ADMIN_PASSWORD is set.');
  return bad(
    `ADMIN_PASSWORD has ${adminPassword.length} characters, which a program can guess.`,
    `Use ${PASSWORD_LENGTH_MIN} random characters or more.`,
  );
}

function checkProxies(/** @type {Settings} */ { trustProxy, rateLimits }) {
  if (!rateLimits) return good('TRUST_PROXY has no effect while RATE_LIMITS=off.');
  return trustProxy > 0
    ? good(
        `TRUST_PROXY=${trustProxy}: the limits count by the address that the outermost of ${trustProxy} proxies saw. ` +
          "Let nobody reach the chat's port past the proxies.",
      )
    : good(
        'TRUST_PROXY=0: the limits count by the address that connects to the chat. ' +
          'If a proxy stands in front, set it to 1, or all visitors count as one.',
      );
}

function checkLimits(/** @type {Settings} */ { rateLimits }) {
  return rateLimits
    ? good('RATE_LIMITS are on.')
    : bad('RATE_LIMITS=off lets anybody flood the chat.', 'Use it for load tests only.');
}

function checkProcesses(/** @type {Settings} */ { apiInstances, workerInstances, cores }) {
  const processes = `${apiInstances} API and ${workerInstances} worker processes`;
  return apiInstances + workerInstances <= 2 * cores
    ? good(`The settings ask for ${processes}, for ${cores} cores.`)
    : note(
        `The settings ask for ${processes}, for ${cores} cores, so they wait for one another.`,
        'Lower API_INSTANCES or WORKER_INSTANCES.',
      );
}
