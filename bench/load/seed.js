/** Puts users and members into Redis through the chat's own store, without `joined` events. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * @typedef {import('#dist/shared/store/store.js').Store} Store
 * @typedef {typeof import('#dist/shared/config/config.js')} ConfigModule
 * @typedef {typeof import('#dist/shared/store/connect.js')} ConnectModule
 * @typedef {typeof import('#dist/shared/store/store.js')} StoreModule
 * @typedef {Pick<typeof import('#dist/shared/store/users.js'), 'createUser'>} Users
 * @typedef {Pick<typeof import('#dist/shared/store/tokens.js'), 'parseToken'>} Tokens
 * @typedef {Pick<typeof import('#dist/shared/store/memberships.js'), 'enterRoom'>} Memberships
 */

/** This many users are made at the same time. */
const BATCH_MAX = 100;
/** A check whether all members have a message is repeated after this time. */
const CHECK_EVERY_MS = 1;

export class Seeder {
  #store;
  #modules;

  constructor(/** @type {Store} */ store, /** @type {Users & Tokens & Memberships} */ modules) {
    this.#store = store;
    this.#modules = modules;
  }

  /** Opens the store of a running chat, with its own compiled modules and settings. */
  static async open(/** @type {import('../systems/systems.js').System} */ { dir, settings }) {
    const shared = join(dir, 'dist/shared');
    const { readConfig } = /** @type {ConfigModule} */ (await load(shared, 'config/config.js', 'config.js'));
    const { connectStore } = /** @type {ConnectModule} */ (await load(shared, 'store/connect.js', 'redis.js'));
    const { createStore } = /** @type {StoreModule} */ (await load(shared, 'store/store.js'));
    const { createUser } = /** @type {Users} */ (await load(shared, 'store/users.js'));
    const { parseToken } = /** @type {Tokens} */ (await load(shared, 'store/tokens.js'));
    const { enterRoom } = /** @type {Memberships} */ (await load(shared, 'store/memberships.js'));
    const config = readConfig(settings);
    const connection = connectStore(config.redisUrl);
    await new Promise((resolve) => {
      connection.once('ready', () => resolve(undefined));
    });
    return new Seeder(createStore(withoutJoined(connection), config), { createUser, parseToken, enterRoom });
  }

  /** Fills a room with new users. Resolves with the token of one of them. */
  async fill(/** @type {string} */ room, /** @type {number} */ size) {
    let token;
    for (let made = 0; made < size; made += BATCH_MAX) {
      const names = Array.from({ length: Math.min(BATCH_MAX, size - made) }, (_, i) => `${room}-${made + i}`);
      [token] = await Promise.all(names.map((name) => this.#member(room, name)));
    }
    return token;
  }

  /** Resolves when fan-out has brought the whole log of a room to all members. Throws at the deadline. */
  async delivered(/** @type {string} */ room, /** @type {number} */ deadline) {
    const { keys, redis } = this.#store;
    for (;;) {
      const [appended, through] = await redis.hmget(keys.delivered(room), 'appended', 'through');
      if (appended === through) return;
      if (performance.now() > deadline) throw new Error(`a message to ${room} was not delivered in time`);
      await sleep(CHECK_EVERY_MS);
    }
  }

  close() {
    this.#store.redis.disconnect();
  }

  async #member(/** @type {string} */ room, /** @type {string} */ name) {
    const { createUser, parseToken, enterRoom } = this.#modules;
    const { keys, redis } = this.#store;
    const { token } = await createUser(this.#store, name);
    const { id, tokenHash } = parseToken(token);
    await enterRoom(this.#store, room, id, tokenHash);
    // as if the user had polled: the worker ends a user that never polls
    const shard = keys.userShard(id);
    await Promise.all([
      redis.zadd(keys.seen(shard), Date.now(), id),
      redis.hset(keys.attached(shard), id, 'none:bench:1'),
    ]);
    return token;
  }
}

/**
 * Imports a module of a built chat. An older version may have it under another name: the first one that exists is
 * taken.
 *
 * @param {string} folder
 * @param {...string} names
 * @returns {Promise<unknown>}
 */
function load(folder, ...names) {
  const name = names.find((one) => existsSync(join(folder, one)));
  if (name === undefined) throw new Error(`${folder} has no ${names.join(' or ')}`);
  return import(join(folder, name));
}

/**
 * Lets users enter without telling the others. The `joined` event goes to Redis as an empty text, as for private rooms.
 *
 * @param {Store['redis']} redis
 */
function withoutJoined(redis) {
  const scripts = /** @type {Record<string, (...args: unknown[]) => Promise<unknown>>} */ (
    /** @type {unknown} */ (redis)
  );
  const enter = scripts['enter-room']?.bind(redis);
  if (enter === undefined) throw new Error('the store has no script enter-room');
  const isJoined = (/** @type {unknown} */ value) => typeof value === 'string' && value.includes('"type":"joined"');
  scripts['enter-room'] = (...args) => enter(...args.map((one) => (isJoined(one) ? '' : one)));
  return redis;
}
