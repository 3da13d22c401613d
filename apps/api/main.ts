/** An API process: builds everything, listens, and ends in order. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Config, readConfig } from '../../shared/config/config.js';
import { createLog } from '../../shared/log.js';
import { Metrics } from '../../shared/metrics/metrics.js';
import { queueTelemetry } from '../../shared/metrics/tracing.js';
import { checkRedis } from '../../shared/preflight/preflight.js';
import { type FanOutJob, fanOutQueueNames, openQueue, UPKEEP } from '../../shared/queues.js';
import { Availability } from '../../shared/redis/availability.js';
import { connectProducer, firstConnect } from '../../shared/redis/connect.js';
import { nodesOf } from '../../shared/redis/slot-moves.js';
import { finalWrites, onShutdown, refuseStart } from '../../shared/shutdown.js';
import { connectStore } from '../../shared/store/connect.js';
import { createStore, type Store } from '../../shared/store/store.js';
import type { Entrance } from './admin/password.js';
import { PasswordAttempts } from './admin/password-attempts.js';
import { SampleHistory } from './admin/sample-history.js';
import { FanOutRequests } from './fan-out-requests.js';
import { createDispatch } from './http/dispatch.js';
import { createKoaApp } from './http/koa-app.js';
import { withPollFastPath } from './http/poll-fast-path.js';
import { Readiness } from './http/probes.js';
import { RequestLog } from './http/request-log.js';
import { drainServer, listen, portOf } from './http/server.js';
import { AddressHash } from './limits/address-hash.js';
import { Admission } from './limits/admission.js';
import { Blocklist } from './limits/blocklist.js';
import { ClientAddresses } from './limits/client-address.js';
import { Host } from './limits/host.js';
import { TopTalkers } from './limits/top-talkers.js';
import { registerMetrics, registerReceiptTimer } from './metrics.js';
import { Filters } from './moderation/filters.js';
import { Polls } from './polls/polls.js';

/** An API process is gone so long (ms) after it takes no more connections, whatever its clients do. */
const SHUTDOWN_MS = 3_000;

const OUTAGE = { meanwhile: 'requests get `unavailable` until it is back', failed: 'requests refused' };

async function main(config: Config): Promise<void> {
  const log = createLog(config, 'api');
  const quiet = () => undefined; // `availability` says for all that Redis is away
  await checkRedis(config.redisUrl, config.shards);
  const redis = connectStore(config.redisUrl);
  const availability = new Availability(redis, log, OUTAGE);
  const producer = connectProducer(config.redisUrl).on('error', quiet);
  const store = createStore(
    redis,
    config,
    config.redisWait > 0 ? connectStore(config.redisUrl).on('error', quiet) : redis,
  );
  const telemetry = await queueTelemetry(config);
  const fanOutQueues = fanOutQueueNames(config).map((name) => openQueue<FanOutJob>(name, producer, telemetry));
  const queues = [...fanOutQueues, openQueue(UPKEEP, producer)];
  for (const queue of queues) queue.on('error', quiet);
  const fanOut = new FanOutRequests(fanOutQueues, (error) =>
    log.debug({ error: error.message }, 'fan-out is left to the sweep'),
  );
  const metrics = new Metrics(`api-${randomBytes(4).toString('hex')}`, redis);
  const { admission, blocklist, ...host } = hostParts(store, metrics);
  const polls = new Polls(store, nodesOf(redis, config.redisUrl), {
    onRefused: (error) => log.error({ error }, 'Redis refuses the subscription: no live polls, no signals'),
    onReceived: registerReceiptTimer(metrics),
    onSwitched: () => void blocklist.read().catch(quiet), // the next look makes up for it
  });
  const monitoring = {
    log,
    requestLog: RequestLog.of(log, config),
    reportFailure: (error: unknown) => availability.failed(error),
    countAnswer: registerMetrics(metrics, store, polls, fanOutQueues),
  };
  await firstConnect(redis); // else the first requests after a reload would be told that Redis is away
  await blocklist.read().catch(quiet); // before the first request; while Redis is away nobody is served anyway
  const dispatch = createDispatch({ store, fanOut, polls, admission, filters: new Filters() }, monitoring);
  const readiness = new Readiness(availability, polls);
  const app = createKoaApp(dispatch, monitoring, { store, availability, readiness, metrics, queues, ...host });
  const server = await listen(withPollFastPath(app, dispatch), config);
  const notice = config.drainNotice * 1_000;
  onShutdown(log, notice + SHUTDOWN_MS, async () => {
    readiness.end();
    if (notice > 0) await sleep(notice);
    const drained = drainServer(server);
    polls.drain();
    await drained;
    await finalWrites(polls.close().then(() => metrics.close()));
  });
  log.info({ port: portOf(server) }, 'listening');
  process.send?.('ready');
}

/** What the host sees and does, and the guard that heeds it. Without a password nobody looks, and nothing is noted; what was switched off stays so. */
function hostParts(store: Store, metrics: Metrics) {
  const {
    redis,
    config: { adminPassword: password, adminTries, trustProxy },
  } = store;
  const addressHash = new AddressHash(redis);
  const addresses = new ClientAddresses(trustProxy);
  const blocklist = new Blocklist(store, addressHash);
  const topTalkers = password === null ? null : new TopTalkers(redis, metrics.own.name, addressHash);
  const samples = new SampleHistory(redis, metrics);
  if (password !== null) samples.start();
  const attempts = new PasswordAttempts(redis, adminTries, (address) => addressHash.hash(address));
  const entrance: Entrance = { password, attempts, addressOf: (req) => addresses.of(req) };
  return {
    admission: new Admission(store, { host: new Host(blocklist, topTalkers), addressHash }),
    blocklist,
    samples,
    addressHash,
    entrance,
  };
}

try {
  await main(readConfig(process.env));
} catch (error) {
  refuseStart(error, 'The API');
}
