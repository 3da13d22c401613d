/**
 * A process that a bad setting, or what it needs, keeps from starting: one line that says what to change, and the code
 * 78.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startOneRedis } from '../support/redis.js';

describe('a process with a bad setting', () => {
  it.each(['api', 'worker'])('(%s) says so in one line and exits with 78, at which pm2 lets it be', async (app) => {
    const main = fileURLToPath(new URL(`../../dist/apps/${app}/main.js`, import.meta.url));
    const child = spawn(process.execPath, ['--enable-source-maps', main], {
      env: { PATH: process.env.PATH, SHARDS: 'many' },
    });
    const [[code], out, err] = await Promise.all([once(child, 'exit'), text(child.stdout), text(child.stderr)]);
    expect({ code, out, err }).toEqual({
      code: 78,
      out: '',
      err: 'SHARDS=many is not allowed: give a whole number from 1 to 1024.\n',
    });
  });
});

describe('an API process that only the host can help', () => {
  /** Its exit code and what it says. */
  async function start(env: Record<string, string>): Promise<{ code: unknown; err: string }> {
    const main = fileURLToPath(new URL('../../dist/apps/api/main.js', import.meta.url));
    const child = spawn(process.execPath, [main], { env: { PATH: process.env.PATH, ...env } });
    const [[code], err] = await Promise.all([once(child, 'exit'), text(child.stderr)]);
    return { code, err };
  }

  it('says so in one line and exits with 78: a port in use, a database that is not there', async () => {
    const redis = await startOneRedis();
    onTestFinished(() => redis.stop());
    const server = createServer().listen(0);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    expect(await start({ REDIS_URL: redis.url, PORT: String(port) })).toEqual({
      code: 78,
      err: `Port ${port} is in use: stop what uses it, or set PORT to another one.\n`,
    });
    expect(await start({ REDIS_URL: `${redis.url}/16`, PORT: '0' })).toEqual({
      code: 78,
      err: `The Redis of REDIS_URL (${redis.url}/16) cannot be used: it has no database of this number.\n`,
    });
    expect(await start({ REDIS_URL: redis.url, PORT: '0', OTEL: 'on' })).toEqual({
      code: 78,
      err: 'OTEL=on needs packages that are not installed. See docs/watching.md.\n',
    });
    server.close();
  });
});
