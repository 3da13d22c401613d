/** Checks by which address the chat counts visitors that come through a proxy. Its counters in Redis show that. */
import { randomInt } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { bad, good, note } from './findings.js';
import { call } from './proxy.js';
import { withRedis } from './redis.js';

const LOOPBACK = '127.0.0.1';
const UNSEEN = note(
  "Without the chat's Redis, the doctor cannot see by which address the chat counts visitors.",
  "Run the doctor with the chat's REDIS_URL.",
);

/**
 * @typedef {import('./findings.js').Finding} Finding
 * @typedef {(address: string) => Promise<number>} CountOf
 */

/**
 * Returns a check that joins with a forged address and looks which counter went up. `redisUrl` is null where there is
 * no Redis to look at.
 *
 * @param {string | null} redisUrl
 * @param {import('./settings.js').Settings} settings
 * @returns {(url: string) => Promise<Finding | null>}
 */
export function checkAddress(redisUrl, settings) {
  return async (url) => {
    if (!settings.rateLimits) return null;
    return redisUrl === null
      ? UNSEEN
      : withCounters(redisUrl, settings, (countOf) => judge(url, countOf, settings.trustProxy)).catch(() => UNSEEN);
  };
}

/**
 * @param {string} url
 * @param {CountOf} countOf
 * @param {number} trustProxy
 */
async function judge(url, countOf, trustProxy) {
  const forged = `198.51.100.${randomInt(1, 255)}`; // an address of no real network (RFC 5737)
  const before = { forged: await countOf(forged), loopback: await countOf(LOOPBACK) };
  const guest = await call(url, 'join', { room: 'doctor' }, { headers: { 'X-Forwarded-For': forged } });
  const after = { forged: await countOf(forged), loopback: await countOf(LOOPBACK) };
  if (guest.ok) await call(url, 'leave', { token: guest.token });
  if (after.forged > before.forged) {
    return bad(
      `With TRUST_PROXY=${trustProxy} the chat believes a forged X-Forwarded-For, so its limits stop nobody.`,
      'Set TRUST_PROXY to the number of your proxies, and let the outermost one replace that header.',
    );
  }
  if (after.loopback > before.loopback && !(await isLoopback(url))) {
    return bad(
      `All visitors count as one address, the proxy's (TRUST_PROXY=${trustProxy}).`,
      trustProxy === 0 ? 'Start the chat with TRUST_PROXY=1.' : 'Let the proxy set X-Forwarded-For.',
    );
  }
  return good('The chat does not believe a forged X-Forwarded-For.');
}

async function isLoopback(/** @type {string} */ url) {
  const { address } = await lookup(new URL(url).hostname.replace(/^\[|\]$/g, ''));
  return address === '::1' || address.startsWith('127.');
}

/**
 * Calls `work` with a function that reads how many joins an address has made in this minute.
 *
 * @template T
 * @param {string} redisUrl
 * @param {import('./settings.js').Settings} settings
 * @param {(countOf: CountOf) => Promise<T>} work
 */
async function withCounters(redisUrl, settings, work) {
  const { AddressHash } = await import('#dist/apps/api/limits/address-hash.js');
  const { Keys } = await import('#dist/shared/store/keys.js');
  const keys = new Keys(settings.shards, settings.redisPrefix);
  return withRedis(redisUrl, settings, (redis) => {
    const addressHash = new AddressHash({ redis, keys });
    const joins = keys.limit('joins');
    return work(async (address) => Number(await redis.get(`${joins}:${await addressHash.hash(address)}`)));
  });
}
