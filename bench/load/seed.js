/** Users and members put into Redis by the chat's own store, without the `joined` events of joins. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Users made side by side. */
const AT_ONCE = 100;
/** How often (ms) Redis is asked whether a message is with all members. */
const ASK_EVERY = 1;

export class Seeder {
  #store;
  #modules;

  constructor(store, modules) {
    this.#store = store;
    this.#modules = modules;
  }

  /** With the compiled modules and the settings of a running chat. */
  static async open({ dir, settings }) {
    const load = (file) => import(join(dir, 'dist/shared', file));
    const [config, redis, stores, users, tokens, scripts] = await Promise.all(
      [
        'config/config.js',
        'store/connect.js',
        'store/store.js',
        'store/users.js',
        'store/tokens.js',
        'store/scripts.js',
      ].map(load),
    );
    const connection = redis.connectStore(settings.REDIS_URL);
    await new Promise((resolve) => {
      connection.once('ready', resolve);
    });
    const store = stores.createStore(connection, config.readConfig(settings));
    return new Seeder(store, { ...users, ...tokens, ...scripts });
  }

  /** Fills a room with new users. Gives the token of one. */
  async fill(room, size) {
    let token;
    for (let made = 0; made < size; made += AT_ONCE) {
      const names = Array.from({ length: Math.min(AT_ONCE, size - made) }, (_, i) => `${room}-${made + i}`);
      [token] = await Promise.all(names.map((name) => this.#member(room, name)));
    }
    return token;
  }

  /** Waits until fan-out has brought all of a room's log to all members. */
  async delivered(room, deadline) {
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

  /** The steps of entering, with no text for a `joined` event. */
  async #member(room, name) {
    const { createUser, parseToken, run } = this.#modules;
    const { keys, redis } = this.#store;
    const { token } = await createUser(this.#store, name);
    const { id, tokenHash } = parseToken(token);
    const shard = keys.userShard(id);
    const roomShard = keys.roomShard(room);
    const [, , number] = await run(
      redis,
      'enter-user',
      keys.user(id),
      keys.userRooms(id),
      keys.members(shard, room),
      keys.attached(shard),
      keys.position(shard, room),
      keys.moves(shard),
      keys.leaving(shard),
      id,
      room,
      tokenHash,
      1,
      '',
    );
    await run(
      redis,
      'enter-room',
      keys.roster(room),
      keys.roomShards(room),
      keys.log(room),
      keys.delivered(room),
      keys.dirty(roomShard),
      keys.publicRooms(roomShard),
      keys.rules(room),
      keys.held(room),
      keys.entries(room),
      keys.exited(room, id),
      id,
      name,
      shard,
      room,
      '',
      ...Array.from({ length: 6 }, () => ''),
      number,
    );
    await run(
      redis,
      'entered',
      keys.user(id),
      keys.userRooms(id),
      keys.moves(shard),
      keys.leaving(shard),
      id,
      room,
      number,
    );
    // as who has polled: it is not taken for one who never will
    await Promise.all([
      redis.zadd(keys.seen(shard), Date.now(), id),
      redis.hset(keys.attached(shard), id, 'none:bench:1'),
    ]);
    return token;
  }
}
