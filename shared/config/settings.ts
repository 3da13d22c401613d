/**
 * Every setting of the chat: an environment variable with its default, what is allowed and what it is for.
 * `readConfig` reads by this table, and docs/settings.md is made from it (`node scripts/settings-doc.js`).
 */
import { totalmem } from 'node:os';
import { isNetwork } from '../hooks/networks.js';
import { ROOM_NAME } from '../protocol/limits.js';
import { parseRedisUrl } from './redis-url.js';
import {
  type Computed,
  ConfigError,
  choice,
  type Environment,
  given,
  list,
  onOff,
  type Setting,
  whole,
} from './setting-kinds.js';

const isOrigin = (text: string): boolean => text === 'null' || (URL.canParse(text) && new URL(text).origin === text);

const ownRedis = 'redis://127.0.0.1:6379';
const redisUrl: Setting<string> = {
  name: 'REDIS_URL',
  about:
    'The Redis that the chat uses. Without it `npm start` starts a Redis of its own. ' +
    'With `rediss` in place of `redis` the connection uses TLS.',
  usual: 'a Redis of its own',
  allowed:
    '`redis://[user:password@]host:port[/db]`, `redis://a:7000,b:7001?cluster=true`, ' +
    '`redis+sentinel://host:port,host:port/name-of-master`',
  read(env) {
    const text = given(env, 'REDIS_URL') ?? ownRedis;
    if (parseRedisUrl(text)) return text;
    throw new ConfigError(
      'REDIS_URL is not allowed: give redis://[user:password@]host:port[/db], redis://a:7000,b:7001?cluster=true' +
        ' or redis+sentinel://host:port,host:port/name-of-master; with rediss for TLS.',
    );
  },
};

const adminPassword: Setting<string | null> = {
  name: 'ADMIN_PASSWORD',
  about: 'The password of `/admin`, `/admin/queues` and `/metrics` (HTTP basic auth). Without it they do not exist.',
  usual: 'none',
  allowed: 'any text',
  read: (env) => given(env, 'ADMIN_PASSWORD') ?? null,
};

const allowedOrigins = list(
  'ALLOWED_ORIGINS',
  'origins such as https://example.org',
  isOrigin,
  'Only pages of these origins may use the chat. Without it all pages may. `null` is a page opened from a file, ' +
    'or a sandboxed frame.',
);
const reservedRooms = list(
  'RESERVED_ROOMS',
  'beginnings of room names, such as staff',
  (one) => ROOM_NAME.test(one.toLowerCase()),
  'Only the host can open rooms whose names begin so. No visitor becomes their owner by coming first.',
);

const siteName: Setting<string> = {
  name: 'SITE_NAME',
  about: 'The name of this chat on its pages, instead of nobackend-chat.',
  usual: 'nobackend-chat',
  allowed: '1 to 40 characters',
  read(env) {
    const text = given(env, 'SITE_NAME')?.trim() ?? 'nobackend-chat';
    if (/^[^\p{C}]{1,40}$/u.test(text)) return text;
    throw new ConfigError('SITE_NAME is not allowed: give 1 to 40 characters, in one line.');
  },
};
const siteColor: Setting<string | null> = {
  name: 'SITE_COLOR',
  about: 'The colour of buttons and links on the pages. It is made darker or lighter where text could not be read.',
  usual: 'green',
  allowed: 'a colour such as `#0d6a55`',
  read(env) {
    const text = given(env, 'SITE_COLOR') ?? null;
    if (text === null || /^#[0-9a-f]{6}$/i.test(text)) return text;
    throw new ConfigError(`SITE_COLOR=${text} is not allowed: give a colour such as #0d6a55.`);
  },
};
const siteDir: Setting<string | null> = {
  name: 'SITE_DIR',
  about: 'A folder with your own logo and texts (see docs/pages.md).',
  usual: 'none',
  allowed: 'the path of a folder',
  read: (env) => given(env, 'SITE_DIR') ?? null,
};
/** Pages that a host can close. `rooms` is the list of rooms with people. */
const CLOSABLE = ['front', 'docs', 'examples', 'doctor', 'rooms'] as const;
const closedPages = list(
  'CLOSED_PAGES',
  `any of ${CLOSABLE.join(', ')}`,
  (one) => CLOSABLE.some((page) => page === one),
  'Pages that do not exist for visitors, and no link leads to them. With `rooms`, the operation `rooms` lists none.',
);
/** An address of the host's own. It may hold a secret, so no message repeats it. */
function address(name: string, schemes: readonly string[], example: string, about: string): Setting<string | null> {
  return {
    name,
    about,
    usual: 'none',
    allowed: `an address such as \`${example}\``,
    read(env) {
      const text = given(env, name);
      if (text === undefined) return null;
      if (URL.canParse(text) && schemes.includes(new URL(text).protocol) && new URL(text).hostname !== '') return text;
      throw new ConfigError(`${name} is not allowed: give an address such as ${example}.`);
    },
  };
}

/** The default of one Redis, and the default of a cluster. */
function ofRedis(one: number, cluster: number): Computed {
  const isCluster = (env: Environment): boolean => parseRedisUrl(redisUrl.read(env))?.kind === 'cluster';
  return { of: (env) => (isCluster(env) ? cluster : one), words: `${one}, in a cluster ${cluster}` };
}

/** Without braces: the first ones in the name of a key are those of its hash tag. */
const PREFIX_FORM = /^[A-Za-z0-9:_-]{0,40}$/;

const redisPrefix: Setting<string> = {
  name: 'REDIS_PREFIX',
  about:
    'The beginning of all names that the chat uses in Redis, so that several chats share one Redis. Each of them needs ' +
    'another one, and none may begin with that of another. Existing data are found only with their own.',
  usual: 'none',
  allowed: 'up to 40 characters of `A-Z a-z 0-9 : _ -`, such as `school:`',
  read(env) {
    const text = env.REDIS_PREFIX ?? '';
    if (PREFIX_FORM.test(text)) return text;
    throw new ConfigError(
      `REDIS_PREFIX=${text} is not allowed: give at most 40 characters of A-Z a-z 0-9 : _ -, such as school:.`,
    );
  },
};

const COUNT_MAX = 1_000_000;
const MB_BYTES = 1_048_576;

const redisMaxMemory = whole(
  'REDIS_MAXMEMORY',
  { of: () => Math.max(64, Math.floor(memoryBytes() / 3 / MB_BYTES)), words: 'a third of the memory' },
  [64, 16_777_216],
  "Memory limit of the chat's own Redis in MB. When it is reached, the chat refuses new messages instead of filling " +
    'the machine. Rewriting its log can take as much again for a moment.',
);

/**
 * The settings of every process, by group. Where a default is a number of people, it is a lecture hall: some 300 people
 * behind one address, who open a page together.
 */
export const SETTINGS = {
  server: {
    port: whole('PORT', 8_080, [1, 65_535], 'The TCP port of the API.', 0),
    trustProxy: whole(
      'TRUST_PROXY',
      0,
      [0, 16],
      'The number of your own proxies in front of the chat. Each of them adds to `X-Forwarded-For`. ' +
        'With 0 clients connect directly, and the chat does not believe that header.',
    ),
    allowedOrigins: { ...allowedOrigins, read: originsOrAll },
    connections: whole('CONNECTIONS', 20_000, [1, COUNT_MAX], 'The most connections of one process. Each takes 20 KB.'),
    clientTimeout: whole(
      'CLIENT_TIMEOUT',
      30,
      [1, 3_600],
      'Seconds that a client may take to send a request, and to receive an answer that is ready. ' +
        'A slow phone needs this long for the largest answer.',
    ),
    drainNotice: whole(
      'DRAIN_NOTICE',
      0,
      [0, 60],
      'Seconds for which a process that was told to end still serves, while `/ready` says no. A load balancer needs ' +
        'this time to notice. Under pm2 the processes share a port and need none.',
    ),
  },
  redis: {
    redisUrl,
    redisPrefix,
    redisWait: whole(
      'REDIS_WAIT',
      0,
      [0, 16],
      'The number of replicas that must have a message, an entry or an exit before it is answered, and an event ' +
        'before it is delivered (`WAIT`). With 0 a failover loses what the replica had not received yet.',
    ),
    /**
     * Fan-out makes one script call for each shard in which a room has members, so one Redis wants one shard. In a
     * cluster each shard is in one slot: 64 spread evenly (22, 21 and 21 on three masters; of 16 it would be 8, 4 and
     * 4, and with six masters two would have none).
     */
    shards: whole(
      'SHARDS',
      ofRedis(1, 64),
      [1, 1_024],
      'The number of parts into which users and rooms are divided. It cannot change while a Redis holds data of the chat.',
    ),
    fanOutQueues: whole(
      'FANOUT_QUEUES',
      ofRedis(1, 8),
      [1, 64],
      'The number of fan-out queues. In a cluster several queues spread the load over the nodes, and one node that ' +
        'is away does not stop fan-out.',
    ),
    workerConcurrency: whole(
      'WORKER_CONCURRENCY',
      10,
      [1, 1_000],
      'The jobs that one worker runs at the same time. On one Redis it runs at least 9, because it may hold 8 leases.',
    ),
  },
  rooms: {
    userTtl: whole(
      'USER_TTL',
      90,
      [1, 86_400],
      'A user that neither polls nor sends for so many seconds is ended. Browsers let hidden tabs work only once a minute.',
    ),
    roomTtl: whole('ROOM_TTL', 86_400, [1, 2_592_000], 'Seconds for which the log of an empty room is kept.'),
    ownedTtl: whole(
      'OWNED_TTL',
      7_776_000,
      [1, 31_536_000],
      'Seconds for which a room stays after the last visit of its owner, also when it is empty. The first visit that ' +
        'counts is the one after the owner has made the room.',
    ),
    ownedRoomsMax: whole(
      'OWNED_ROOMS_MAX',
      { of: (env) => redisMaxMemory.read(env), words: 'one for each MB of `REDIS_MAXMEMORY`' },
      [0, COUNT_MAX],
      'The most rooms that stay. A full one takes half a MB, a usual one 50 KB. With 0 no room stays.',
    ),
    messageTtl: whole(
      'MESSAGE_TTL',
      0,
      [3_600, 31_536_000],
      'Seconds after which messages leave the logs, also of rooms that are never empty: 2,592,000 is 30 days. A worker ' +
        'looks once an hour. With 0 they stay as long as `HISTORY` and their room let them.',
      0,
    ),
    editTtl: whole(
      'EDIT_TTL',
      900,
      [0, 2_592_000],
      'Seconds for which users may edit their own messages, and take them back. With 0 nobody can.',
    ),
    history: whole(
      'HISTORY',
      1_000,
      [1, 100_000],
      'Messages kept in the log of a room after everybody has received them. The last comings and goings are kept, too.',
    ),
    logMax: whole(
      'LOG_MAX',
      10_000,
      [10, COUNT_MAX],
      'The most undelivered events of a room. At this number, the chat refuses sends to the room.',
    ),
    inboxMax: whole(
      'INBOX_MAX',
      1_000,
      [1, 100_000],
      'Events that an inbox holds. When there are more, it loses the oldest. `history` can read up to `HISTORY` of them.',
    ),
    inboxBytes: whole(
      'INBOX_BYTES',
      524_288,
      [65_536, 1_073_741_824],
      'Bytes that an inbox holds: 1,000 usual messages, or 40 of the largest. A user that joins and never polls has ' +
        '32 KiB, for 30 s.',
    ),
    reservedRooms: { ...reservedRooms, read: (env) => Object.freeze(reservedRooms.read(env).map(smallLetters)) },
  },
  hooks: {
    hooksOut: onOff(
      'HOOKS_OUT',
      'off',
      'With `on`, owners of rooms may send what is said there to other servers (see docs/hooks.md).',
    ),
    hooksOutNetworks: list(
      'HOOKS_OUT_NETWORKS',
      'networks such as 10.1.0.0/16 or fd00:1::/64',
      isNetwork,
      'Networks that outgoing hooks may reach besides the public internet, also by `http:`. Without it they reach no ' +
        'private address.',
    ),
  },
  polls: {
    pollConnections: whole(
      'POLL_CONNECTIONS',
      64,
      [1, 10_000],
      'Redis connections of one API process for polls that wait by BLPOP.',
    ),
    live: onOff(
      'LIVE',
      'on',
      'With `on`, a poll waits in memory if its user keeps polling the same process. With `off`, every poll waits by BLPOP.',
    ),
  },
  pages: {
    siteName,
    siteColor,
    siteDir,
    closedPages: { ...closedPages, read: (env: Environment) => new Set(closedPages.read(env)) },
  },
  admin: {
    adminPassword,
    adminTries: whole(
      'ADMIN_TRIES',
      20,
      [1, COUNT_MAX],
      'Wrong passwords from one address in ten minutes. A person rarely needs more. A guesser gets about 3,000 tries a day.',
    ),
    logLevel: choice(
      'LOG_LEVEL',
      'info',
      ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
      'The least level that is logged. `debug` logs every request, without names, texts, addresses or tokens.',
    ),
    logFormat: choice('LOG_FORMAT', 'json', ['json', 'text'], '`json` is for machines, `text` is for a terminal.'),
    otel: onOff(
      'OTEL',
      'off',
      'Spans of fan-out for OpenTelemetry. Its packages do not come with the chat (see docs/watching.md).',
    ),
  },
  alerts: {
    alertUrl: address(
      'ALERT_URL',
      ['https:', 'http:'],
      'https://hooks.slack.com/services/...',
      'Where alerts are posted: a web hook of Slack, Discord, Mattermost or your own, or a topic of ntfy. ' +
        'See [alerts.md](alerts.md).',
    ),
    alertFormat: choice(
      'ALERT_FORMAT',
      'json',
      ['json', 'text'],
      'How they are posted: `json` has the fields `text` and `content`, `text` is plain text as ntfy wants it.',
    ),
    alertMail: list(
      'ALERT_MAIL',
      'mail addresses',
      (one) => /^[^\s,;<>"]+@[^\s,;<>"]+$/.test(one),
      'Where alerts are mailed to.',
    ),
    smtpUrl: address(
      'SMTP_URL',
      ['smtp:', 'smtps:'],
      'smtps://user:password@smtp.example.org',
      'The mail server for `ALERT_MAIL`. Without it the mail server of this machine at port 25 is used.',
    ),
    alertAfter: whole(
      'ALERT_AFTER',
      60,
      [1, 3_600],
      'Seconds for which something must be wrong before an alert is sent. It is over when all was well for three times ' +
        'as long.',
    ),
  },
  limits: {
    rateLimits: onOff('RATE_LIMITS', 'on', 'Turn it off only for load tests.'),
    sendRate: whole(
      'SEND_RATE',
      5,
      [1, 10_000],
      "Messages of one user per second in the long run. A user may send four seconds' worth at once: 20 by default.",
    ),
    signalRate: whole(
      'SIGNAL_RATE',
      25,
      [1, 10_000],
      'Signals of one user per second in the long run. A pointer that others follow needs about 20.',
    ),
    addressJoins: whole('ADDRESS_JOINS', 300, [1, COUNT_MAX], 'New users of one address in a minute.'),
    addressRooms: whole(
      'ADDRESS_ROOMS',
      1_000,
      [1, COUNT_MAX],
      'New rooms of one address in an hour. Each keeps its log for `ROOM_TTL`.',
    ),
    addressOwnedRooms: whole(
      'ADDRESS_OWNED_ROOMS',
      20,
      [1, COUNT_MAX],
      'Rooms that stay (`OWNED_TTL`) for owners at one address. A /56 of IPv6 counts as one address.',
    ),
    addressSends: whole(
      'ADDRESS_SENDS',
      1_000,
      [1, COUNT_MAX],
      'Messages and writes of values of one address in 10 s.',
    ),
    roomSends: whole(
      'ROOM_SENDS',
      500,
      [1, COUNT_MAX],
      'Messages and writes of values to one room in 10 s. Nobody can read more. At this rate fan-out keeps up with ' +
        '1,000 members.',
    ),
    roomJoins: whole(
      'ROOM_JOINS',
      500,
      [1, COUNT_MAX],
      'Users that enter one room in 10 s. Each entry is an event for all members.',
    ),
    addressReads: whole(
      'ADDRESS_READS',
      1_000,
      [1, COUNT_MAX],
      'Calls of `history`, `members`, `rooms`, `get`, `sent` and `export` by one address in 10 s.',
    ),
    addressImports: whole(
      'ADDRESS_IMPORTS',
      10_000,
      [1, COUNT_MAX],
      'Messages and values that one address may import in an hour: eight full rooms.',
    ),
    addressForgets: whole(
      'ADDRESS_FORGETS',
      60,
      [1, COUNT_MAX],
      'Users of one address in a minute that take back their messages. Each time whole logs are searched.',
    ),
    addressFailures: whole(
      'ADDRESS_FAILURES',
      600,
      [1, COUNT_MAX],
      'Different invalid tokens of one address in a minute.',
    ),
    addressPolls: whole(
      'ADDRESS_POLLS',
      1_000,
      [1, COUNT_MAX],
      'Polls of one address that one process holds. 1,000 take 12 to 20 MB of memory, some of it in Redis.',
    ),
    fruitlessCalls: whole(
      'FRUITLESS_CALLS',
      200,
      [1, COUNT_MAX],
      'Wasted calls of one user in 10 s: calls that returned nothing or were refused, such as a poll with `timeout=0` ' +
        'of an empty inbox.',
    ),
    addressFruitless: whole(
      'ADDRESS_FRUITLESS',
      3_000,
      [1, COUNT_MAX],
      'Wasted calls of one address in 10 s, counted in each process.',
    ),
    addressConnections: whole(
      'ADDRESS_CONNECTIONS',
      2_000,
      [1, COUNT_MAX],
      'Connections of one address when there is no proxy. A browser opens six.',
    ),
  },
} satisfies Record<string, Record<string, Setting<unknown>>>;

/** The settings that only the start reads: the number of processes, and the Redis that it starts itself. */
export const START_SETTINGS = {
  apiInstances: whole('API_INSTANCES', 2, [1, 128], 'API processes that pm2 starts.'),
  workerInstances: whole('WORKER_INSTANCES', 1, [1, 128], 'Worker processes that pm2 starts.'),
  appendfsync: choice(
    'REDIS_APPENDFSYNC',
    'everysec',
    ['everysec', 'always', 'no'],
    "When the chat's own Redis writes to the disk. With `always` nothing that was accepted is lost, even by a power cut.",
  ),
  redisMaxMemory,
};

/** Null: all origins. */
function originsOrAll(env: Environment): ReadonlySet<string> | null {
  const origins = allowedOrigins.read(env);
  return origins.length > 0 ? new Set(origins) : null;
}

const smallLetters = (text: string): string => text.toLowerCase();

/** Bytes of memory that this machine has, or that this container may use. */
function memoryBytes(): number {
  return Math.min(totalmem(), process.constrainedMemory() || Infinity);
}
