/** Users and members put into Redis by the chat's own store, without the `joined` events of joins. */
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

/** Users made side by side. */
const AT_ONCE = 100;
/** How often (ms) Redis is asked whether a message is with all members. */
const ASK_EVERY = 1;

export class Seeder {
  #store;
  #modules;

  constructor(/** @type {Store} */ store, /** @type {Users & Tokens & Memberships} */ modules) {
    this.#store = store;
    this.#modules = modules;
  }

  /** With the compiled modules and the settings of a running chat. */
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

  /** Fills a room with new users. Gives the token of one. */
  async fill(/** @type {string} */ room, /** @type {number} */ size) {
    let token;
    for (let made = 0; made < size; made += AT_ONCE) {
      const names = Array.from({ length: Math.min(AT_ONCE, size - made) }, (_, i) => `${room}-${made + i}`);
      [token] = await Promise.all(names.map((name) => this.#member(room, name)));
    }
    return token;
  }

  /** Waits until fan-out has brought all of a room's log to all members. */
  async delivered(/** @type {string} */ room, /** @type {number} */ deadline) {
    const { keys, redis } = this.#store;
    for (;;) {
      const [appended, through] = await redis.hmget(keys.delivered(room), 'appended', 'through');
      if (appended === through) return;
      if (performance.now() > deadline) throw new Error(`a message to ${room} was not delivered`);
      await sleep(ASK_EVERY);
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
    // as who has polled: it is not taken for one who never will
    const shard = keys.userShard(id);
    await Promise.all([
      redis.zadd(keys.seen(shard), Date.now(), id),
      redis.hset(keys.attached(shard), id, 'none:bench:1'),
    ]);
    return token;
  }
}

/**
 * Loads a module of a built chat, which may be of an older version: the first of its names that is there.
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
 * Lets users enter without telling the others: the text of the `joined` event goes to Redis empty, as for private rooms.
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
