/** By which address the chat counts who comes through a proxy, as its counters in Redis show. */
import { randomInt } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { inProject } from '../project.js';
import { bad, good, note } from './findings.js';
import { call } from './proxy.js';
import { withRedis } from './redis.js';

const LOOPBACK = '127.0.0.1';
const UNSEEN = note(
  "By which address visitors are counted cannot be told from here. Run the doctor where it has the chat's REDIS_URL.",
);

/** Joins with a forged address, and looks which counter has gone up. `redisUrl` null: there is none to look at. */
export function checkAddress(redisUrl, { rateLimits, trustProxy }) {
  return async (url) => {
    if (!rateLimits) return null;
    return redisUrl === null
      ? UNSEEN
      : withCounters(redisUrl, (countOf) => judge(url, countOf, trustProxy)).catch(() => UNSEEN);
  };
}

async function judge(url, countOf, trustProxy) {
  const forged = `198.51.100.${randomInt(1, 255)}`; // of no real network (RFC 5737)
  const before = [await countOf(forged), await countOf(LOOPBACK)];
  const guest = await call(url, 'join', { room: 'doctor' }, { headers: { 'X-Forwarded-For': forged } });
  const after = [await countOf(forged), await countOf(LOOPBACK)];
  if (guest.ok) await call(url, 'leave', { token: guest.token });
  if (after[0] > before[0]) {
    return bad(
      `An X-Forwarded-For that a visitor makes up is believed (TRUST_PROXY=${trustProxy}), so limits hold nobody: let the outermost proxy replace that header, and TRUST_PROXY be the number of proxies.`,
    );
  }
  if (after[1] > before[1] && !(await isLoopback(url))) {
    return bad(
      `All visitors count as one, the proxy (TRUST_PROXY=${trustProxy}): ${trustProxy === 0 ? 'start the chat with TRUST_PROXY=1' : 'let the proxy set X-Forwarded-For'}.`,
    );
  }
  return good('An X-Forwarded-For that a visitor makes up is not believed.');
}

async function isLoopback(url) {
  const { address } = await lookup(new URL(url).hostname.replace(/^\[|\]$/g, ''));
  return address === '::1' || address.startsWith('127.');
}

/** Gives `work` what tells how many joins an address has made in this minute. */
async function withCounters(redisUrl, work) {
  const { Salt } = await import(inProject('dist/apps/api/limits/address-hash.js'));
  return withRedis(redisUrl, (redis) => {
    const salt = new Salt(redis);
    return work(async (address) => Number(await redis.get(`limit:joins:${await salt.hash(address)}`)));
  });
}
