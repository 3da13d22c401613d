-- with user, attachment, notice, digest, acknowledge
-- ack: acknowledges events of a stream, for an instance that does not hold it. The one that does is told.
-- KEYS
--   user, inbox, attached
-- ARGV
--   id, tokenHash
--   count: events of the inbox that are acknowledged
--   eventId: the log id of the last of them
--   digest: the digest of all of them, '' when it is not known
-- Returns 1; 0 if there was nothing new, or the events are not there; -1 for a wrong token or an ended user.
-- Bound: the inbox (INBOX_MAX events, INBOX_BYTES) once.
local user, inbox, attached = unpack(KEYS)
local id, tokenHash, count, eventId, digest = unpack(ARGV)
if not checkUser(user, tokenHash) then return -1 end
local isRight, isNew = acknowledge(user, inbox, tonumber(count), eventId, tonumber(digest))
if not isRight or not isNew then return 0 end
local _, instance = parseAttachment(redis.call('HGET', attached, id))
if instance then notify(user, instance, table.concat({'acked', id, count, eventId, digest}, ' ')) end
return 1
