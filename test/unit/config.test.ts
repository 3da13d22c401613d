/** Settings: what holds without any, what may be set and what is refused. */
import { totalmem } from 'node:os';
import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig, readStartConfig } from '../../shared/config/config.js';

const DEFAULTS = {
  port: 8080,
  redisUrl: 'redis://127.0.0.1:6379',
  redisPrefix: '',
  adminPassword: null,
  adminTries: 20,
  userTtl: 90,
  roomTtl: 86_400,
  ownedTtl: 7_776_000,
  messageTtl: 0,
  ownedRoomsMax: readStartConfig({}).redisMaxMemory,
  shards: 1,
  fanOutQueues: 1,
  redisWait: 0,
  pollConnections: 64,
  live: true,
  editTtl: 900,
  history: 1_000,
  logMax: 10_000,
  inboxMax: 1_000,
  inboxBytes: 524_288,
  workerConcurrency: 10,
  logLevel: 'info',
  logFormat: 'json',
  otel: false,
  rateLimits: true,
  sendRate: 5,
  signalRate: 25,
  trustProxy: 0,
  addressJoins: 300,
  addressRooms: 1_000,
  addressOwnedRooms: 20,
  addressSends: 1_000,
  roomSends: 500,
  roomJoins: 500,
  reservedRooms: [],
  hooksOut: false,
  hooksOutNetworks: [],
  addressReads: 1_000,
  addressImports: 10_000,
  addressFailures: 600,
  addressForgets: 60,
  addressPolls: 1_000,
  fruitlessCalls: 200,
  addressFruitless: 3_000,
  connections: 20_000,
  addressConnections: 2_000,
  clientTimeout: 30,
  drainNotice: 0,
  allowedOrigins: null,
  siteName: 'nobackend-chat',
  siteColor: null,
  siteDir: null,
  closedPages: new Set(),
  alertUrl: null,
  alertFormat: 'json',
  alertMail: [],
  smtpUrl: null,
  alertAfter: 60,
};

/** Each number: its smallest and largest value. */
const NUMBERS: [name: string, key: keyof typeof DEFAULTS, min: number, max: number][] = [
  ['PORT', 'port', 1, 65_535],
  ['ADMIN_TRIES', 'adminTries', 1, 1_000_000],
  ['USER_TTL', 'userTtl', 1, 86_400],
  ['ROOM_TTL', 'roomTtl', 1, 2_592_000],
  ['MESSAGE_TTL', 'messageTtl', 3_600, 31_536_000],
  ['OWNED_TTL', 'ownedTtl', 1, 31_536_000],
  ['OWNED_ROOMS_MAX', 'ownedRoomsMax', 0, 1_000_000],
  ['SHARDS', 'shards', 1, 1_024],
  ['FANOUT_QUEUES', 'fanOutQueues', 1, 64],
  ['REDIS_WAIT', 'redisWait', 0, 16],
  ['POLL_CONNECTIONS', 'pollConnections', 1, 10_000],
  ['EDIT_TTL', 'editTtl', 0, 2_592_000],
  ['HISTORY', 'history', 1, 100_000],
  ['LOG_MAX', 'logMax', 10, 1_000_000],
  ['INBOX_MAX', 'inboxMax', 1, 100_000],
  ['INBOX_BYTES', 'inboxBytes', 65_536, 1_073_741_824],
  ['WORKER_CONCURRENCY', 'workerConcurrency', 1, 1_000],
  ['SEND_RATE', 'sendRate', 1, 10_000],
  ['SIGNAL_RATE', 'signalRate', 1, 10_000],
  ['TRUST_PROXY', 'trustProxy', 0, 16],
  ['ADDRESS_JOINS', 'addressJoins', 1, 1_000_000],
  ['ADDRESS_ROOMS', 'addressRooms', 1, 1_000_000],
  ['ADDRESS_OWNED_ROOMS', 'addressOwnedRooms', 1, 1_000_000],
  ['ADDRESS_SENDS', 'addressSends', 1, 1_000_000],
  ['ROOM_SENDS', 'roomSends', 1, 1_000_000],
  ['ROOM_JOINS', 'roomJoins', 1, 1_000_000],
  ['ADDRESS_FORGETS', 'addressForgets', 1, 1_000_000],
  ['ADDRESS_READS', 'addressReads', 1, 1_000_000],
  ['ADDRESS_IMPORTS', 'addressImports', 1, 1_000_000],
  ['ADDRESS_FAILURES', 'addressFailures', 1, 1_000_000],
  ['ADDRESS_POLLS', 'addressPolls', 1, 1_000_000],
  ['FRUITLESS_CALLS', 'fruitlessCalls', 1, 1_000_000],
  ['ADDRESS_FRUITLESS', 'addressFruitless', 1, 1_000_000],
  ['CONNECTIONS', 'connections', 1, 1_000_000],
  ['ADDRESS_CONNECTIONS', 'addressConnections', 1, 1_000_000],
  ['CLIENT_TIMEOUT', 'clientTimeout', 1, 3_600],
  ['DRAIN_NOTICE', 'drainNotice', 0, 60],
  ['ALERT_AFTER', 'alertAfter', 1, 3_600],
];
const START_NUMBERS: [name: string, key: 'apiInstances' | 'workerInstances'][] = [
  ['API_INSTANCES', 'apiInstances'],
  ['WORKER_INSTANCES', 'workerInstances'],
];
const CHOICES: [name: string, key: keyof typeof DEFAULTS, values: [text: string, value: unknown][]][] = [
  [
    'LIVE',
    'live',
    [
      ['on', true],
      ['off', false],
    ],
  ],
  [
    'OTEL',
    'otel',
    [
      ['on', true],
      ['off', false],
    ],
  ],
  [
    'RATE_LIMITS',
    'rateLimits',
    [
      ['on', true],
      ['off', false],
    ],
  ],
  [
    'LOG_FORMAT',
    'logFormat',
    [
      ['json', 'json'],
      ['text', 'text'],
    ],
  ],
  [
    'ALERT_FORMAT',
    'alertFormat',
    [
      ['json', 'json'],
      ['text', 'text'],
    ],
  ],
  [
    'LOG_LEVEL',
    'logLevel',
    ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'].map((level) => [level, level]),
  ],
];
const NO_NUMBERS = ['x', '-1', '+1', '1.5', '1e3', '0x10', ' 5', '5 ', '٣', 'NaN', 'Infinity', '9'.repeat(30)];

/** The line a bad setting stops the start with. */
function refusalOf(env: Record<string, string>, read: (env: Record<string, string>) => unknown = readConfig): string {
  try {
    read(env);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).message;
  }
  return 'allowed';
}

describe('without any setting', () => {
  it('everything has its default', () => expect(readConfig({})).toEqual(DEFAULTS));

  it('two API processes, one worker and a Redis of its own are started', () => {
    expect(readStartConfig({})).toMatchObject({
      apiInstances: 2,
      workerInstances: 1,
      appendfsync: 'everysec',
      ownRedis: true,
    });
  });

  it('an empty one is as good as none, as shells and compose files give it', () => {
    const empty = Object.fromEntries(
      [...NUMBERS, ...CHOICES, ['REDIS_URL'], ['ADMIN_PASSWORD']].map(([name]) => [name, '']),
    );
    expect(readConfig(empty)).toEqual(DEFAULTS);
  });

  it('nothing can be changed afterwards', () =>
    expect(Object.isFrozen(readConfig({})) && Object.isFrozen(readStartConfig({}))).toBe(true));
});

it('PORT may be 0 for tests, which is not worth telling a host', () => expect(readConfig({ PORT: '0' }).port).toBe(0));

describe.each(NUMBERS)('%s', (name, key, min, max) => {
  it(`is a whole number from ${min} to ${max}`, () => {
    expect(readConfig({ [name]: String(min) })[key]).toBe(min);
    expect(readConfig({ [name]: String(max) })[key]).toBe(max);
  });

  it.each([String(name === 'PORT' ? -1 : min - 1), String(max + 1), ...NO_NUMBERS])(
    'refuses "%s" and says what is allowed',
    (bad) => {
      expect(refusalOf({ [name]: bad })).toBe(
        `${name}=${bad} is not allowed: give a whole number from ${min} to ${max}.`,
      );
    },
  );
});

it.each(START_NUMBERS)('%s is from 1 to 128', (name, key) => {
  expect(readStartConfig({ [name]: '128' })[key]).toBe(128);
  for (const bad of ['0', '129', 'max']) {
    expect(refusalOf({ [name]: bad }, readStartConfig)).toBe(
      `${name}=${bad} is not allowed: give a whole number from 1 to 128.`,
    );
  }
});

describe.each(CHOICES)('%s', (name, key, values) => {
  it('is one of a few words', () => {
    for (const [word, value] of values) expect(readConfig({ [name]: word })[key]).toBe(value);
  });

  it.each(['yes', 'ON', 'true', '1', ' on'])('refuses "%s" and lists the words', (bad) => {
    expect(refusalOf({ [name]: bad })).toBe(
      `${name}=${bad} is not allowed: give one of ${values.map(([word]) => word).join(', ')}.`,
    );
  });
});

it('REDIS_APPENDFSYNC is one of what Redis knows', () => {
  for (const word of ['everysec', 'always', 'no'])
    expect(readStartConfig({ REDIS_APPENDFSYNC: word }).appendfsync).toBe(word);
  expect(refusalOf({ REDIS_APPENDFSYNC: 'never' }, readStartConfig)).toBe(
    'REDIS_APPENDFSYNC=never is not allowed: give one of everysec, always, no.',
  );
});

it('REDIS_MAXMEMORY is in MB, and a third of the memory without it', () => {
  expect(readStartConfig({}).redisMaxMemory).toBeGreaterThanOrEqual(64);
  expect(readStartConfig({}).redisMaxMemory).toBeLessThanOrEqual(Math.max(64, totalmem() / 3 / 1_048_576));
  expect(readStartConfig({ REDIS_MAXMEMORY: '512' }).redisMaxMemory).toBe(512);
  expect(refusalOf({ REDIS_MAXMEMORY: '512mb' }, readStartConfig)).toBe(
    'REDIS_MAXMEMORY=512mb is not allowed: give a whole number from 64 to 16777216.',
  );
});

it('in a cluster there are shards enough to spread over its masters, and several queues', () => {
  const { shards, fanOutQueues } = readConfig({ REDIS_URL: 'redis://a:7000,b:7001?cluster=true' });
  expect({ shards, fanOutQueues }).toEqual({ shards: 64, fanOutQueues: 8 });
});
