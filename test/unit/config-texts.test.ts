/** Settings that are no number and no choice: addresses, origins, texts. */
import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig, readStartConfig } from '../../shared/config/config.js';

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

describe('REDIS_URL', () => {
  it.each([
    'redis://h:1',
    'rediss://user:secret@h:6380/2',
    'redis://h/',
    'redis://h/0',
    'redis://[::1]:6379',
    'redis://a:7000,b:7001,c:7002?cluster=true',
    'rediss://user:pass%40word@a,b:7001?cluster=true',
    'redis+sentinel://s1,s2:26380/chat',
    'rediss+sentinel://u:p@s1/chat/2?sentinelPassword=x',
  ])('may be %s', (url) => {
    expect(readConfig({ REDIS_URL: url }).redisUrl).toBe(url);
    expect(readStartConfig({ REDIS_URL: url }).ownRedis).toBe(false);
  });

  it.each([
    'localhost:6379',
    'http://u:secret@h',
    'redis://u:secret@',
    '//h',
    'x',
    'redis://h:1/chat',
    'redis://h/1/2',
    'redis://h/-1',
    'redis://a:1,b:2',
    'redis://a:1/2?cluster=true',
    'redis://a:70000',
    'redis+sentinel://s1',
    'redis+sentinel://s1/chat/x',
    'redis://a,?cluster=true',
    'redis://u:%zz@h',
  ])('refuses "%s" without repeating it, as it may hold a password', (url) => {
    const refusal = refusalOf({ REDIS_URL: url });
    expect(refusal).toBe(
      'REDIS_URL is not allowed: give redis://[user:password@]host:port[/db], redis://a:7000,b:7001?cluster=true' +
        ' or redis+sentinel://host:port,host:port/name-of-master; with rediss for TLS.',
    );
  });
});

describe('ALLOWED_ORIGINS', () => {
  it('is a list of origins', () => {
    expect(readConfig({ ALLOWED_ORIGINS: ' https://a.example, http://localhost:8133,null' }).allowedOrigins).toEqual(
      new Set(['https://a.example', 'http://localhost:8133', 'null']),
    );
    expect(readConfig({ ALLOWED_ORIGINS: ' , ' }).allowedOrigins).toBeNull();
  });

  it.each([
    '*',
    'a.example',
    'https://a.example/',
    'https://a.example/path',
    'HTTPS://A.example',
    'https://a.example b',
  ])('refuses "%s"', (bad) => {
    expect(refusalOf({ ALLOWED_ORIGINS: bad })).toBe(
      `ALLOWED_ORIGINS=${bad} is not allowed: give origins such as https://example.org, with commas between.`,
    );
  });
});

it('ADMIN_PASSWORD is taken as it is', () =>
  expect(readConfig({ ADMIN_PASSWORD: ' p:ä ' }).adminPassword).toBe(' p:ä '));

it.each([
  ['ALERT_URL', 'https://hooks.example.org/secret', ['ftp://hooks.example.org/secret', 'hooks/secret', 'https:///']],
  ['SMTP_URL', 'smtps://me:secret@mail.example.org', ['https://secret.example.org', 'smtp:secret', 'mail.secret']],
])('%s is an address, and a refusal does not repeat it, as it may hold a secret', (name, good, bads) => {
  expect(Object.values(readConfig({ [name]: good }))).toContain(good);
  for (const bad of bads) {
    expect(refusalOf({ [name]: bad })).toMatch(new RegExp(`^${name} is not allowed: give an address such as `));
    expect(refusalOf({ [name]: bad })).not.toContain('secret');
  }
});

it('ALERT_MAIL is a list of mail addresses', () => {
  expect(readConfig({ ALERT_MAIL: 'a@x.org, b@y.org' }).alertMail).toEqual(['a@x.org', 'b@y.org']);
  expect(refusalOf({ ALERT_MAIL: 'Ann <a@x.org>' })).toContain('give mail addresses, with commas between');
});
