/** Counts the values and bytes that the commands of one script call, or one plain command, take and return. */
import { scriptsFor } from '../../shared/store/scripts.js';
import type { Store } from '../../shared/store/store.js';
import { testPrefix } from './redis.js';

export interface Touched {
  values: number;
  bytes: number;
}

/** Less than this is not written down: writing costs as much as it. */
const SMALL: Touched = { values: 500, bytes: 100_000 };
const TALLIES = { values: `${testPrefix}touched:values`, bytes: `${testPrefix}touched:bytes` };

/** Counts in front of a script: its commands go through a table of the same name. */
const counting = (name: string): string => `
local real, values, bytes = redis, 0, 0
local redis = setmetatable({}, {__index = real})
local function count(value)
  if type(value) == 'table' then for _, one in ipairs(value) do count(one) end
  else values, bytes = values + 1, bytes + #tostring(value) end
end
redis.call = function(...)
  count({...})
  local reply = real.call(...)
  count(reply)
  if values > ${SMALL.values} or bytes > ${SMALL.bytes} then
    real.call('ZADD', '${TALLIES.values}', 'GT', values, '${name}')
    real.call('ZADD', '${TALLIES.bytes}', 'GT', bytes, '${name}')
  end
  return reply
end
`;

/**
 * Makes a store count from now on; gives what reads the most that one call of each script or command has touched. One
 * Redis only.
 */
export function countTouched({ redis }: Store): () => Promise<Record<string, Touched>> {
  for (const [name, { lua, numberOfKeys }] of Object.entries(scriptsFor(false, testPrefix))) {
    redis.defineCommand(name, { lua: counting(name) + lua, ...(numberOfKeys !== undefined && { numberOfKeys }) });
  }
  return async () => {
    const values = await redis.zrange(TALLIES.values, '0', '-1', 'WITHSCORES');
    const most: Record<string, Touched> = {};
    for (let i = 0; i + 1 < values.length; i += 2) {
      const name = values[i] ?? '';
      most[name] = { values: Number(values[i + 1]), bytes: Number(await redis.zscore(TALLIES.bytes, name)) };
    }
    return most;
  };
}
