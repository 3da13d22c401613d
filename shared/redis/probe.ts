/**
 * Asks Redis whether it can do all that the chat needs: it takes writes, and its ACL allows every command, key and
 * channel.
 */
import { Cluster } from 'ioredis';
import type { RedisClient } from './client.js';

/** Keys of many slots: while any master is there, at least one of these keys is at it. */
const CLUSTER_KEYS = Array.from({ length: 32 }, (_, number) => `probe:{r${number}}`);

/**
 * One command of each family that the chat's scripts, its polls and BullMQ use. BullMQ's keys begin with `bull:` or
 * `{bull`.
 */
const COMMANDS = [
  'EVALSHA x 0',
  'SCRIPT LOAD x',
  'SET bull 1',
  'HSET user 1 1',
  'HGETALL user',
  'LRANGE user 0 0',
  'RPUSH user 1',
  'LTRIM user 0 0',
  'SADD user 1',
  'ZADD user 1 1',
  'ZRANGEBYSCORE user 0 1',
  'XADD room * 1 1',
  'XRANGE room - +',
  'XTRIM room MAXLEN 1',
  'XDEL room 1',
  'XSETID room 1',
  'XREAD STREAMS bull 0',
  'MULTI',
  'SCAN 0',
  'TIME',
  'INFO',
  'MEMORY USAGE user',
  'WAIT 0 0',
  'BLPOP user 1',
  'BZPOPMIN bull 1',
  'RENAME bull bull',
  'EXPIRE user 1',
  'DEL user',
];
const CHANNEL_COMMANDS = { one: ['SUBSCRIBE x', 'PUBLISH x x'], cluster: ['SSUBSCRIBE x', 'SPUBLISH x x'] };

/**
 * Returns the error that the chat would get, or OK. `acl_check_cmd` came with Redis 7; with 6.2 only the write is
 * tried. The write changes nothing: it puts an empty text into a key that is not there.
 */
const SCRIPT = `
local function refused(command)
  if not redis.acl_check_cmd then return false end
  local words = {}
  for word in string.gmatch(command, '%S+') do words[#words + 1] = word end
  local known, allowed = pcall(redis.acl_check_cmd, unpack(words))
  return known and not allowed
end
local function name(command) return string.lower(string.match(command, '%S+')) end
if refused('GET user') and refused('EXISTS user') then
  return redis.error_reply('NOPERM no permissions to access a key')
end
if refused(ARGV[1]) and refused(ARGV[2]) then return redis.error_reply('NOPERM no permissions to access a channel') end
for _, command in ipairs(ARGV) do
  if refused(command) then
    return redis.error_reply("NOPERM no permissions to run the '" .. name(command) .. "' command")
  end
end
local reply = redis.pcall('SETRANGE', KEYS[1], 0, '')
if type(reply) ~= 'table' then return redis.status_reply('OK') end
return redis.error_reply((string.gsub(reply.err, '^@user_script: ?%d+: ?%-?', '')))
`;

/**
 * Rejects with Redis's own error when it takes no writes (full memory, a replica, a disk to which it cannot save), or
 * when its ACL forbids something that the chat needs. In a cluster, several masters are asked, and one that can do all
 * is enough.
 */
export async function probe(redis: RedisClient): Promise<void> {
  const isCluster = redis instanceof Cluster;
  const keys = isCluster ? CLUSTER_KEYS : ['probe'];
  const commands = [...CHANNEL_COMMANDS[isCluster ? 'cluster' : 'one'], ...COMMANDS];
  const probes = keys.map((key) => redis.eval(SCRIPT, 1, key, ...commands));
  await Promise.any(probes).catch(({ errors: [error] }: AggregateError) => {
    throw error;
  });
}
