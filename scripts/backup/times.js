/**
 * The keys that a backup leaves out, and the times within values. A restore lets time stand still between the backup and
 * itself: all times that count something are moved by the same span. So nothing ends because of the gap, and nothing
 * lasts longer, whatever the clock of the new machine says. Ids of messages have times too. They stay: clients know
 * them, and Redis gives greater ids also while its clock is behind.
 *
 * Keep this in step with `shared/store/keys.ts`: a new key that holds a time which the code compares with the clock
 * belongs here.
 */

/** Times are above this number (the year 2001), other scores and counts are not. */
const TIME_MIN = 1_000_000_000_000;
const PAGE_COUNT = 1_000;

/**
 * Keys about processes that run, which are of no use later: queues (the logs of the rooms say what is to be done),
 * leases, bells, metrics, and rates that count in moments.
 */
const PASSING = [
  /^bull:/,
  /^(lease|probe|kept|sequence|limit|busiest|host:alerts):/,
  /^(metrics|samples|samples:by|expiry|probe|host:alerts)$/,
  /^user:.*:bell:\d+$/,
  /^room:.*:(sends|rate:[^:]*)$/,
];

/** Returns true if a backup has this key, by its name without the chat's prefix. */
export const isKept = (/** @type {string} */ name) => !PASSING.some((pattern) => pattern.test(name));

/**
 * @typedef {import('#dist/shared/redis/client.js').RedisClient} RedisClient
 * @typedef {(redis: RedisClient, key: string, move: (time: string) => string) => Promise<unknown>} Mover
 */

/** @type {[RegExp, Mover][]} */
const MOVERS = [
  [
    /^(seen|moves):\{u\d+\}$|^(dirty|delayed|reacted|hooks):\{r\d+\}$|^stays:\{stays\}$|^room:.*:(kept-nicks|posters)$/,
    moveScores,
  ],
  [/^room:.*:rules$/, moveRules],
  [
    /^room:.*:holders$/,
    moveFields((text, move) => text.replace(/^(\d+) (\d+)/, (_, id, ends) => `${id} ${move(ends)}`)),
  ],
  [/^room:.*:delayed$/, moveDelayed],
  [
    /^forgetting:\{r\d+\}$/,
    moveFields((text, move) => text.replace(/^(\S+ (?:\S+ )?)(\d{13})(?= |$)/, (_, before, at) => before + move(at))),
  ],
  [/^host:off$/, moveFields(movedJson)],
  [/^host:announcement$/, moveAnnouncement],
  [/^user:\{u\d+\}:\d+$/, (redis, key) => redis.hdel(key, 'rate', 'signals', 'said')],
];

/**
 * Moves the times within the value of a key by `spanMs`. Does nothing for a key without times. `name` is the key
 * without the chat's prefix.
 *
 * @param {RedisClient} redis
 * @param {{ key: string, name: string }} which
 * @param {number} spanMs
 */
export async function moveTimes(redis, { key, name }, spanMs) {
  const mover = MOVERS.find(([pattern]) => pattern.test(name))?.[1];
  await mover?.(redis, key, (time) => (Number(time) >= TIME_MIN ? String(Math.round(Number(time) + spanMs)) : time));
}

/**
 * @param {RedisClient} redis
 * @param {string} key
 * @param {(time: string) => string} move
 */
async function moveScores(redis, key, move) {
  const all = await redis.zrange(key, '0', '-1', 'WITHSCORES');
  for (let at = 0; at < all.length; at += 2 * PAGE_COUNT) {
    const page = all.slice(at, at + 2 * PAGE_COUNT);
    const scores = page.flatMap((member, i) => (i % 2 === 0 ? [move(page[i + 1] ?? ''), member] : []));
    await redis.zadd(key, .../** @type {[string, string]} */ (scores));
  }
}

/**
 * Moves the end of a stay, of bans and of mutes, and since when a hook fails.
 *
 * @param {RedisClient} redis
 * @param {string} key
 * @param {(time: string) => string} move
 */
async function moveRules(redis, key, move) {
  const fields = await redis.hgetall(key);
  for (const [name, text] of Object.entries(fields)) {
    const isTimed = name === 'stay' || name === 'bans' || name.startsWith('mute:');
    const isHook = name.startsWith('outState:');
    const moved = isHook ? movedJson(text, move) : isTimed ? text.replace(/^\d+/gm, move) : text;
    if (moved !== text) await redis.hset(key, name, moved);
  }
}

/**
 * Returns an object as JSON with its times moved.
 *
 * @param {string} text
 * @param {(time: string) => string} move
 */
function movedJson(text, move) {
  return text.replace(/("(?:since|until|sentAt|failingSince)":)(\d+)/g, (_, name, at) => name + move(at));
}

/**
 * Returns a mover of a hash, whose texts it changes one by one.
 *
 * @param {(text: string, move: (time: string) => string) => string} change
 * @returns {Mover}
 */
function moveFields(change) {
  return async (redis, key, move) => {
    for (let cursor = '0'; ; ) {
      const [next, flat] = await redis.hscan(key, cursor, 'COUNT', PAGE_COUNT);
      for (let i = 0; i < flat.length; i += 2) {
        const [field = '', text = ''] = [flat[i], flat[i + 1]];
        const moved = change(text, move);
        if (moved !== text) await redis.hset(key, field, moved);
      }
      if (next === '0') return;
      cursor = next;
    }
  };
}

/**
 * Moves since when and until when the host says something. When a maintenance begins is an hour that people know. It
 * stays.
 *
 * @param {RedisClient} redis
 * @param {string} key
 * @param {(time: string) => string} move
 */
async function moveAnnouncement(redis, key, move) {
  const text = await redis.get(key);
  if (text === null) return;
  const moved = text.replace(/("(?:at|until)":)(\d+)/g, (_, name, at) => name + move(at));
  await redis.set(key, moved, 'KEEPTTL');
}

/**
 * Moves the times of messages that wait: after the id under which each waits, it says when it is due.
 *
 * @param {RedisClient} redis
 * @param {string} key
 * @param {(time: string) => string} move
 */
async function moveDelayed(redis, key, move) {
  const lines = await redis.lrange(key, 0, -1);
  for (const [place, line] of lines.entries()) {
    await redis.lset(
      key,
      place,
      line.replace(/^(\S+) (\d+)/, (_, id, due) => `${id} ${move(due)}`),
    );
  }
}
