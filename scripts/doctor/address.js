/** By which address the chat counts who comes through a proxy, as its counters in Redis show. */
import { randomInt } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { bad, good, note } from './findings.js';
import { call } from './proxy.js';
import { withRedis } from './redis.js';

const LOOPBACK = '127.0.0.1';
const UNSEEN = note(
  "By which address visitors are counted cannot be told from here. Run the doctor where it has the chat's REDIS_URL.",
);

/**
 * @typedef {import('./findings.js').Finding} Finding
 * @typedef {(address: string) => Promise<number>} CountOf
 */

/**
 * Joins with a forged address, and looks which counter has gone up. `redisUrl` null: there is none to look at.
 *
 * @param {string | null} redisUrl
 * @param {import('./settings.js').Settings} settings
 * @returns {(url: string) => Promise<Finding | null>}
 */
export function checkAddress(redisUrl, { rateLimits, trustProxy }) {
  return async (url) => {
    if (!rateLimits) return null;
    return redisUrl === null
      ? UNSEEN
      : withCounters(redisUrl, (countOf) => judge(url, countOf, trustProxy)).catch(() => UNSEEN);
  };
}

/**
 * @param {string} url
 * @param {CountOf} countOf
 * @param {number} trustProxy
 */
async function judge(url, countOf, trustProxy) {
  const forged = `198.51.100.${randomInt(1, 255)}`; // of no real network (RFC 5737)
  const before = { forged: await countOf(forged), loopback: await countOf(LOOPBACK) };
  const guest = await call(url, 'join', { room: 'doctor' }, { headers: { 'X-Forwarded-For': forged } });
  const after = { forged: await countOf(forged), loopback: await countOf(LOOPBACK) };
  if (guest.ok) await call(url, 'leave', { token: guest.token });
  if (after.forged > before.forged) {
    return bad(
      `An X-Forwarded-For that a visitor makes up is believed (TRUST_PROXY=${trustProxy}), so limits hold nobody: let the outermost proxy replace that header, and TRUST_PROXY be the number of proxies.`,
    );
  }
  if (after.loopback > before.loopback && !(await isLoopback(url))) {
    return bad(
      `All visitors count as one, the proxy (TRUST_PROXY=${trustProxy}): ${trustProxy === 0 ? 'start the chat with TRUST_PROXY=1' : 'let the proxy set X-Forwarded-For'}.`,
    );
  }
  return good('An X-Forwarded-For that a visitor makes up is not believed.');
}

async function isLoopback(/** @type {string} */ url) {
  const { address } = await lookup(new URL(url).hostname.replace(/^\[|\]$/g, ''));
  return address === '::1' || address.startsWith('127.');
}

/**
 * Gives `work` what tells how many joins an address has made in this minute.
 *
 * @template T
 * @param {string} redisUrl
 * @param {(countOf: CountOf) => Promise<T>} work
 */
async function withCounters(redisUrl, work) {
  const { AddressHash } = await import('#dist/apps/api/limits/address-hash.js');
  return withRedis(redisUrl, (redis) => {
    const addressHash = new AddressHash(redis);
    return work(async (address) => Number(await redis.get(`limit:joins:${await addressHash.hash(address)}`)));
  });
}
