-- replicationId: names the history of the data that Redis has now. It is another after a failover or a restart, which
-- may have lost the last moments.
-- https://redis.io/docs/latest/operate/oss_and_stack/management/replication/#replication-id-explained
local function replicationId()
  return string.match(redis.call('INFO', 'replication'), 'master_replid:(%x+)') or ''
end
