/**
 * Asks Redis whether it can do all that the chat needs: it takes writes, and its ACL allows every command, key and
 * channel.
 */
import { Cluster, ReplyError } from 'ioredis';
import type { RedisClient } from './client.js';

/** Keys of many slots: while any master is there, at least one of these keys is at it. */
const CLUSTER_KEYS = Array.from({ length: 32 }, (_, number) => `probe:{r${number}}`);
const ONE_KEY = ['probe'];

/**
 * One command of each family that the chat's scripts, its polls and BullMQ use. `<prefix>` is what the names of all
 * keys and channels of the chat begin with.
 */
const COMMANDS = [
  'EVALSHA x 0',
  'SCRIPT LOAD x',
  'SET <prefix>bull 1',
  'HSET <prefix>user 1 1',
  'HGETALL <prefix>user',
  'LRANGE <prefix>user 0 0',
  'RPUSH <prefix>user 1',
  'LTRIM <prefix>user 0 0',
  'SADD <prefix>user 1',
  'ZADD <prefix>user 1 1',
  'ZRANGEBYSCORE <prefix>user 0 1',
  'XADD <prefix>room * 1 1',
  'XRANGE <prefix>room - +',
  'XTRIM <prefix>room MAXLEN 1',
  'XDEL <prefix>room 1',
  'XSETID <prefix>room 1',
  'XREAD STREAMS <prefix>bull 0',
  'MULTI',
  'SCAN 0',
  'TIME',
  'INFO',
  'MEMORY USAGE <prefix>user',
  'WAIT 0 0',
  'BLPOP <prefix>user 1',
  'BZPOPMIN <prefix>bull 1',
  'RENAME <prefix>bull <prefix>bull',
  'EXPIRE <prefix>user 1',
  'DEL <prefix>user',
];
const CHANNEL_COMMANDS = {
  one: ['SUBSCRIBE <prefix>x', 'PUBLISH <prefix>x x'],
  cluster: ['SSUBSCRIBE <prefix>x', 'SPUBLISH <prefix>x x'],
};

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
if refused('GET <prefix>user') and refused('EXISTS <prefix>user') then
  return redis.error_reply('NOPERM no permissions to access the keys <prefix>*')
end
if refused(ARGV[1]) and refused(ARGV[2]) then
  return redis.error_reply('NOPERM no permissions to access the channels <prefix>*')
end
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
export async function probe(redis: RedisClient, prefix: string): Promise<void> {
  const named = (text: string): string => text.replaceAll('<prefix>', prefix);
  const isCluster = redis instanceof Cluster;
  const keys = (isCluster ? CLUSTER_KEYS : ONE_KEY).map((key) => `${prefix}${key}`);
  const commands = [...CHANNEL_COMMANDS[isCluster ? 'cluster' : 'one'], ...COMMANDS].map(named);
  const probes = keys.map((key) => redis.eval(named(SCRIPT), 1, key, ...commands));
  await Promise.any(probes).catch(({ errors: [error] }: AggregateError) => {
    throw withPattern(error, prefix);
  });
}

/** Redis refuses the script itself if it may not use its key. Its error does not say which keys the chat needs. */
function withPattern(error: unknown, prefix: string): unknown {
  const isOfKeys = error instanceof Error && /^NOPERM.* keys?\b/.test(error.message);
  return isOfKeys ? new ReplyError(`NOPERM no permissions to access the keys ${prefix}*`) : error;
}
