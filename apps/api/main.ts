/** An API process: builds everything, listens, and shuts down in order. */
import { randomBytes } from 'node:crypto';
import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Queue } from 'bullmq';
import { wantsAlerts } from '../../shared/alerts/send.js';
import { type Config, readConfig } from '../../shared/config/config.js';
import { logForeignLines } from '../../shared/foreign-lines.js';
import { createLog, type Logger } from '../../shared/log.js';
import { Metrics } from '../../shared/metrics/metrics.js';
import { queueTelemetry } from '../../shared/metrics/tracing.js';
import { checkRedis } from '../../shared/preflight/preflight.js';
import { type FanOutJob, fanOutQueueNames, HOOKS, openQueue, UPKEEP } from '../../shared/queues.js';
import { Availability } from '../../shared/redis/availability.js';
import { connectProducer, firstConnect } from '../../shared/redis/connect.js';
import { nodesOf } from '../../shared/redis/nodes.js';
import { finalWrites, onShutdown, refuseStart } from '../../shared/shutdown.js';
import { connectStore } from '../../shared/store/connect.js';
import { createStore, type Store } from '../../shared/store/store.js';
import { VERSION } from '../../shared/version.js';
import type { Entrance } from './admin/password.js';
import { PasswordAttempts } from './admin/password-attempts.js';
import { SampleHistory } from './admin/sample-history.js';
import { startWatch } from './alerts/watch.js';
import type { Context } from './context.js';
import { FanOutRequests, wakeBy } from './fan-out-requests.js';
import { createDispatch } from './http/dispatch.js';
import { drainServer } from './http/draining.js';
import type { Monitoring } from './http/exchange.js';
import { createKoaApp } from './http/koa-app.js';
import { withPollFastPath } from './http/poll-fast-path.js';
import { Readiness } from './http/probes.js';
import { RequestLog } from './http/request-log.js';
import { roomUrls } from './http/room-urls.js';
import { listen, portOf } from './http/server.js';
import { KnownSenders } from './known-senders.js';
import { AddressHash } from './limits/address-hash.js';
import { Admission } from './limits/admission.js';
import { Blocklist } from './limits/blocklist.js';
import { ClientAddresses } from './limits/client-address.js';
import { Pressure } from './limits/shares/pressure.js';
import { loadOf } from './limits/shares/redis-load.js';
import { Shares } from './limits/shares/shares.js';
import { Usage } from './limits/shares/usage.js';
import { TopTalkers } from './limits/top-talkers.js';
import { registerMetrics, registerReceiptTimer, registerShares } from './metrics.js';
import { Filters } from './moderation/filters.js';
import { ServerFilter } from './moderation/server-filter.js';
import { Polls } from './polls/polls.js';
import { PresenceAnnouncements } from './presence-announcements.js';

/** How long an API process may take to end after it has stopped taking connections, whatever its clients do. */
const SHUTDOWN_MS = 3_000;

const OUTAGE = { meanwhile: 'requests get `unavailable` until', failed: 'requests refused' };

/** For errors that `Availability` reports for the whole process, once. */
const ignore = (): void => undefined;

async function main(config: Config): Promise<void> {
  const log = createLog(config, 'api');
  logForeignLines(log);
  await checkRedis(config.redisUrl, config.shards, config.redisPrefix);
  const store = openStore(config);
  const availability = new Availability(store.redis, log, OUTAGE, config.redisPrefix);
  const queues = await openQueues(config);
  const metrics = new Metrics(`api-${randomBytes(4).toString('hex')}`, store);
  const pressure = new Pressure(() => loadOf(store.redis));
  const shares = new Shares(() => pressure.level);
  const { admission, blocklist, serverFilter, usage, ...hostParts } = createHostParts(store, metrics, shares);
  const polls = createPolls(store, metrics, blocklist, log);
  shares.roomOf = (user) => polls.hearers.publicRoomOf(user);
  const leftToSweep = (error: Error): void => log.debug({ error: error.message }, 'fan-out is left to the sweep');
  const fanOut = new FanOutRequests(queues.fanOut, leftToSweep, wakeBy(store));
  const context: Context = {
    store,
    fanOut,
    presence: new PresenceAnnouncements((room) => fanOut.request(room)),
    polls,
    admission,
    shares,
    filters: new Filters(),
    serverFilter,
    senders: new KnownSenders(),
  };
  const monitoring: Monitoring = {
    log,
    requestLog: RequestLog.of(log, config),
    reportFailure: (error) => availability.failed(error),
    countAnswer: registerMetrics(metrics, store, polls, queues.fanOut),
  };
  registerShares(metrics, shares, pressure);
  await firstConnect(store.redis); // otherwise the first requests after a reload would be told that Redis is away
  // before the first request; while Redis is away nobody is served anyway
  await Promise.all([blocklist.read().catch(ignore), polls.news.read()]);
  const dispatch = createDispatch(context, monitoring);
  if (config.rateLimits) {
    pressure.start();
    shares.start();
  }
  if (wantsAlerts(config)) startWatch(store, metrics, availability, log);
  const readiness = new Readiness(availability, polls);
  const routeParts = { store, availability, readiness, metrics, queues: queues.all, shares, pressure, ...hostParts };
  const app = createKoaApp(dispatch, roomUrls(context, monitoring), monitoring, routeParts);
  const server = await listen(withPollFastPath(app, dispatch), config);
  const noticeMs = config.drainNotice * 1_000;
  onShutdown(log, noticeMs + SHUTDOWN_MS, () => shutDown({ readiness, noticeMs, server, polls, metrics, usage }));
  log.info({ port: portOf(server), version: VERSION }, 'listening');
  process.send?.('ready');
}

function openStore(config: Config): Store {
  const connect = () => connectStore(config.redisUrl, config.redisPrefix);
  const redis = connect();
  const durable = config.redisWait > 0 ? connect().on('error', ignore) : redis;
  return createStore(redis, config, durable);
}

async function openQueues(config: Config): Promise<{ fanOut: Queue<FanOutJob>[]; all: Queue[] }> {
  const producer = connectProducer(config.redisUrl).on('error', ignore);
  const telemetry = await queueTelemetry(config);
  const fanOut = fanOutQueueNames(config).map((name) => openQueue<FanOutJob>(name, producer, config, telemetry));
  const others = config.hooksOut ? [UPKEEP, HOOKS] : [UPKEEP];
  const all = [...fanOut, ...others.map((name) => openQueue(name, producer, config))];
  for (const queue of all) queue.on('error', ignore);
  return { fanOut, all };
}

/**
 * Creates what the host sees and controls, and the admission that obeys it. Without a password nobody looks, so nothing
 * is noted. Rooms, origins and addresses that are switched off stay off.
 */
function createHostParts(store: Store, metrics: Metrics, shares: Shares) {
  const { adminPassword: password, adminTries, trustProxy } = store.config;
  const addressHash = new AddressHash(store);
  const serverFilter = new ServerFilter();
  const blocklist = new Blocklist(store, addressHash, serverFilter);
  const topTalkers = password === null ? null : new TopTalkers(store, metrics.own.name, addressHash);
  const admission = new Admission(store, { blocklist, topTalkers, addressHash, shares });
  const samples = new SampleHistory(store, metrics);
  const usage = password === null ? null : new Usage(store, shares);
  if (password !== null) samples.start();
  usage?.start();
  const attempts = new PasswordAttempts(store, adminTries, (address) => addressHash.hash(address));
  const addresses = new ClientAddresses(trustProxy);
  const entrance: Entrance = { password, attempts, addressOf: (req) => addresses.of(req) };
  return { admission, blocklist, serverFilter, addressHash, samples, entrance, usage };
}

function createPolls(store: Store, metrics: Metrics, blocklist: Blocklist, log: Logger): Polls {
  return new Polls(store, nodesOf(store.redis, store.config.redisUrl), {
    onRefused: (error) => log.error({ error }, 'Redis refuses the subscription: no live polls, no signals'),
    onReceived: registerReceiptTimer(metrics),
    onSwitched: () => void blocklist.read().catch(ignore), // the next regular read makes up for it
  });
}

interface Running {
  readiness: Readiness;
  /** How long load balancers have to notice that this process ends. */
  noticeMs: number;
  server: Server;
  polls: Polls;
  metrics: Metrics;
  usage: Usage | null;
}

async function shutDown({ readiness, noticeMs, server, polls, metrics, usage }: Running): Promise<void> {
  readiness.end();
  if (noticeMs > 0) await sleep(noticeMs);
  const drained = drainServer(server);
  polls.drain();
  await drained;
  await finalWrites(polls.close().then(() => Promise.all([usage?.write(), metrics.close()])));
}

try {
  await main(readConfig(process.env));
} catch (error) {
  refuseStart(error, 'The API');
}
