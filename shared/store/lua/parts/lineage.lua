-- lineage: of what Redis has now. Another one after a failover or a restart, which may have lost the last moments of what was there
-- (https://redis.io/docs/latest/operate/oss_and_stack/management/replication/#replication-id-explained).
local function lineage() return string.match(redis.call('INFO', 'replication'), 'master_replid:(%x+)') or '' end
