/** The settings, as far as they can be judged by themselves. */
import { bad, good, note } from './findings.js';

const SHORTEST_PASSWORD = 12;

export function checkSettings(settings) {
  return [checkPassword(settings), checkProxies(settings), checkLimits(settings), checkProcesses(settings)];
}

function checkPassword({ adminPassword }) {
  if (adminPassword === null) return note('ADMIN_PASSWORD is not set: there are no figures, no /admin and no board of the queues.');
  if (adminPassword.length >= SHORTEST_PASSWORD) return good('ADMIN_PASSWORD is set.');
  return bad(`ADMIN_PASSWORD has ${adminPassword.length} characters, which programs guess: take ${SHORTEST_PASSWORD} or more, at random.`);
}

function checkProxies({ trustProxy, rateLimits }) {
  if (!rateLimits) return good('TRUST_PROXY does not matter while RATE_LIMITS=off.');
  if (trustProxy > 0) return good(`TRUST_PROXY=${trustProxy}: limits go by what the outermost of ${trustProxy} of your proxies saw. Let nobody reach the chat's port past them.`);
  return good('TRUST_PROXY=0: limits go by who connects. With a proxy in front set it to 1, or all visitors count as one.');
}

function checkLimits({ rateLimits }) {
  return rateLimits ? good('RATE_LIMITS are on.') : bad('RATE_LIMITS=off: anybody may flood everybody. It is for load tests only.');
}

function checkProcesses({ apiInstances, workerInstances, cores }) {
  const text = `${apiInstances} API and ${workerInstances} worker processes on ${cores} cores`;
  return apiInstances + workerInstances <= 2 * cores ? good(`${text}.`) : note(`${text}: they wait for one another. Take fewer (API_INSTANCES, WORKER_INSTANCES).`);
}
