/** Names of settings that a host has misspelt. */
import { expect, it } from 'vitest';
import { nearMisses } from '../../shared/config/near-misses.js';

it.each(['USER_TLL', 'USERTTL', 'USER_TTTL', 'USRE_TTL', 'USER_TT'])('%s is near to USER_TTL', (name) => {
  expect(nearMisses({ [name]: '60' })).toEqual([`${name} is no setting. Did you mean USER_TTL?`]);
});

it('says nothing of settings, and of names that only look a little like one', () => {
  const others = ['PATH', 'HOME', 'PORTS', 'PS1', 'REDIS_HOST', 'MAIL_URL', 'npm_config_port', 'USER', '_'];
  const settings = ['USER_TTL', 'ROOM_TTL', 'REDIS_URL', 'API_INSTANCES', 'WORKER_INSTANCES', 'PORT'];
  expect(nearMisses(Object.fromEntries([...others, ...settings].map((name) => [name, '1'])))).toEqual([]);
});
