/** `npm run backup` while the chat runs, and what it and `npm run restore` refuse in one line. */
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { copyAtOnce, runScript } from '../support/backups.js';
import { systemWith } from '../support/fixtures/system.js';
import { startApi } from '../support/processes.js';
import { openRedis, startOneRedis } from '../support/redis.js';
import { TestUser } from '../support/user.js';

let folder: string, file: string, source: string;

const it = systemWith({ start: startOneRedis });
it.beforeAll(async ({ system }) => {
  source = system.redis.url;
  await copyAtOnce(source);
  folder = await mkdtemp(join(tmpdir(), 'nobackend-backup-'));
  file = join(folder, 'chat.backup');
});
it.afterAll(() => rm(folder, { recursive: true, force: true }));

/** A Redis with no data, until the end of a test. */
async function emptyRedis(onTestFinished: (end: () => Promise<void>) => void): Promise<string> {
  const redis = await startOneRedis();
  onTestFinished(() => redis.stop());
  await copyAtOnce(redis.url);
  return redis.url;
}

/** The keys of a Redis that a backup has, with their values. */
async function contents(url: string): Promise<Record<string, string>> {
  const redis = openRedis(url);
  const keys = (await redis.keys('*')).filter((key) => /^(room|users|members|value)/.test(key)).sort();
  const dumps = await Promise.all(
    keys.map(async (key) => [key, (await redis.dumpBuffer(key))?.toString('base64') ?? '']),
  );
  redis.disconnect();
  return Object.fromEntries(dumps) as Record<string, string>;
}

const refusing = (err: string | RegExp) => ({ code: 1, out: '', err: expect.stringMatching(err) as string });

it('makes a file that only its owner reads, which no other backup overwrites, and that holds all rooms', async ({
  url,
  onTestFinished,
}) => {
  const anna = await TestUser.join(url, { name: 'anna', room: 'club' });
  await anna.send('x'.repeat(900));
  await anna.ask('set', { room: 'club', key: 'score', value: { points: [1, 2, 3] } });
  const before = await contents(source);
  expect(await runScript('backup', [file], { REDIS_URL: source })).toMatchObject({ code: 0, err: '' });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readdir(folder)).toEqual(['chat.backup']);
  const again = await runScript('backup', [file], { REDIS_URL: source });
  expect(again).toEqual(refusing(/^The file .* exists already\. Give another name\.\n$/));

  const target = await emptyRedis(onTestFinished);
  const restored = await runScript('restore', [file], { REDIS_URL: target, DATA_DIR: folder });
  expect(restored).toMatchObject({ code: 0, err: '' });
  const after = await contents(target);
  expect(Object.keys(after)).toEqual(Object.keys(before));
  expect(Object.keys(after).length).toBeGreaterThan(5);
  const same = Object.keys(after).filter((key) => after[key] === before[key]);
  expect(same).toContain(Object.keys(after).find((key) => key.endsWith('club:log')));
});

it('is not restored while the chat runs, nor over other data unless it may replace them, which are kept', async ({
  onTestFinished,
}) => {
  const running = await runScript('restore', [file, '--replace'], { REDIS_URL: source, DATA_DIR: folder });
  expect(running).toEqual(
    refusing(/^Processes of the chat use this Redis \((?:(?:api|worker)-\w+(?:, )?){1,2}\)\. End them first: /),
  );

  const target = await emptyRedis(onTestFinished);
  const env = { REDIS_URL: target, DATA_DIR: join(folder, 'data') };
  const redis = openRedis(target);
  onTestFinished(() => redis.disconnect());
  await redis.set('room:{r0}:other:log', 'former');
  expect(await runScript('restore', [file], env)).toEqual(refusing(/^This Redis has data\. With --replace /));
  expect(await redis.get('room:{r0}:other:log')).toBe('former');
  expect(await runScript('restore', [file, '--replace'], env)).toMatchObject({ code: 0, err: '' });
  expect(await redis.exists('room:{r0}:other:log')).toBe(0);

  const [aside = ''] = await readdir(join(folder, 'data/backups'));
  expect(await runScript('restore', [join(folder, 'data/backups', aside), '--replace'], env)).toMatchObject({
    code: 0,
  });
  expect(await redis.get('room:{r0}:other:log')).toBe('former');
});

it("is not restored while processes wait for the chat's own Redis, which had ended", async ({ onTestFinished }) => {
  const env = { DATA_DIR: join(folder, 'own') };
  expect(await runScript('restore', [file], env)).toMatchObject({ code: 0, err: '' });
  const port = Number(await readFile(join(env.DATA_DIR, 'redis/port'), 'utf8'));
  const waiting = await startApi({ REDIS_URL: `redis://127.0.0.1:${port}` });
  onTestFinished(async () => void (await waiting.stop()));
  expect(await runScript('restore', [file, '--replace'], env)).toEqual(
    refusing(/^Processes of the chat wait for this Redis\. End them first: "npx pm2 stop api worker", or Ctrl-C /),
  );
  await waiting.stop();
});

it('is refused if it is damaged, cut off, of a newer format or none, before anything is changed', async ({
  onTestFinished,
}) => {
  const REDIS_URL = await emptyRedis(onTestFinished);
  const good = await readFile(file);
  const changed = async (change: (bytes: Buffer) => Buffer): Promise<unknown> => {
    const path = join(folder, 'changed.backup');
    await writeFile(path, change(Buffer.from(good)));
    return runScript('restore', [path], { REDIS_URL, DATA_DIR: folder });
  };
  const header = (from: string, to: string) => (bytes: Buffer) => {
    const text = bytes.subarray(0, 512).toString().replace(from, to).trimEnd().padEnd(511);
    return Buffer.concat([Buffer.from(`${text}\n`), bytes.subarray(512)]);
  };
  const damaged = refusing(/^The backup .* is damaged, or a part of it is missing\.\n$/);
  expect(await changed((bytes) => bytes.fill(7, 900, 901))).toEqual(damaged);
  expect(await changed((bytes) => bytes.subarray(0, -20))).toEqual(damaged);
  expect(await changed(header('"backup":1', '"backup":2'))).toEqual(
    refusing(/^The backup .* is of format 2, and this version knows only 1: use version \S+ or a newer one\.\n$/),
  );
  expect(await changed(header('"dataFormat":1', '"dataFormat":9'))).toEqual(
    refusing(/^The backup has data of format 9, and this version knows only 1: use version \S+ or a newer one\.\n$/),
  );
  expect(await changed(header('"shards":1', '"shards":3'))).toEqual(
    refusing(/^The backup was made with SHARDS=3: set that here, too\. This is SHARDS=1\.\n$/),
  );
  expect(await changed(() => Buffer.from('rubbish'))).toEqual(refusing(/ is no backup of nobackend-chat\.\n$/));
  const redis = openRedis(REDIS_URL);
  expect(await redis.dbsize()).toBe(0);
  redis.disconnect();
});

it('of one chat of several on a Redis has the keys of that one, and its restore leaves the others alone', async ({
  onTestFinished,
}) => {
  const target = await emptyRedis(onTestFinished);
  const redis = openRedis(target);
  onTestFinished(() => redis.disconnect());
  for (const prefix of ['', 'a:', 'a:b:']) {
    await redis.mset(`${prefix}data-format`, '1', `${prefix}shards`, '1', `${prefix}room:{r0}:x:log`, prefix);
  }
  const [first, second] = [join(folder, 'first.backup'), join(folder, 'second.backup')];
  const env = { REDIS_URL: target, DATA_DIR: folder };
  expect(await runScript('backup', [first], env)).toMatchObject({ code: 0 });
  expect(await runScript('backup', [second], { ...env, REDIS_PREFIX: 'a:' })).toMatchObject({ code: 0 });
  for (const path of [first, second]) expect(await readFile(path, 'latin1')).toContain('"keys":3');

  await redis.set('a:room:{r0}:later:log', 'gone');
  expect(await runScript('restore', [second, '--replace'], { ...env, REDIS_PREFIX: 'a:' })).toMatchObject({ code: 0 });
  expect(
    await redis.mget('room:{r0}:x:log', 'a:room:{r0}:x:log', 'a:b:room:{r0}:x:log', 'a:room:{r0}:later:log'),
  ).toEqual(['', 'a:', 'a:b:', null]);
  await redis.zadd('c:usage:{all}:2026-11-29:requests', 5, '["none","lobby"]'); // somebody has looked at the chat
  expect(await runScript('restore', [second], { ...env, REDIS_PREFIX: 'c:' })).toMatchObject({ code: 0 });
  expect(await redis.get('c:room:{r0}:x:log')).toBe('a:');
});

it('without a name goes into a folder, which keeps the newest', async () => {
  const [data, backups] = [join(folder, 'kept'), join(folder, 'kept/backups')];
  const env = { REDIS_URL: source, DATA_DIR: data };
  await mkdir(backups, { recursive: true });
  for (const day of ['01', '02', '03']) await writeFile(join(backups, `chat-2026-01-${day}T00-00-00-000Z.backup`), '');
  await writeFile(join(backups, 'mine.backup'), '');
  expect(await runScript('backup', ['--keep', '2'], env)).toMatchObject({ code: 0, err: '' });
  const [former, made, mine] = await readdir(backups);
  expect(former).toBe('chat-2026-01-03T00-00-00-000Z.backup');
  expect(made).toMatch(/^chat-20\d\d-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z\.backup$/);
  expect(mine).toBe('mine.backup');
  expect(await runScript('backup', ['--keep', 'two'], env)).toEqual(refusing(/^--keep two is not allowed: /));
});

it('of a Redis that gives no copy says what its user needs', async ({ onTestFinished }) => {
  const url = await emptyRedis(onTestFinished);
  const redis = openRedis(url);
  await redis.acl('SETUSER', 'default', '-sync');
  redis.disconnect();
  const refused = await runScript('backup', [join(folder, 'none.backup')], { REDIS_URL: url });
  expect(refused).toEqual(
    refusing(/^This Redis does not let its user copy .* Add the rules "\+sync \+replconf \+restore" to the user/),
  );
  expect(await readdir(folder)).not.toContain('none.backup');
});
