-- notify: publishes a notice about a user to an API instance. `apps/api/polls/notice.ts` reads it.
local function notify(user, instance, notice)
  redis.call('PUBLISH', '<prefix>notice:' .. string.match(user, '{%w+}') .. ':' .. instance, notice)
end
