/** An API process: builds everything, listens, and ends in order. */
import { randomBytes } from 'node:crypto';
import { Availability } from '../../shared/availability.js';
import { readConfig, type Config } from '../../shared/config.js';
import { createLog } from '../../shared/log.js';
import { Metrics } from '../../shared/metrics.js';
import { fanOutQueueNames, FanOutRequests, openQueue, UPKEEP, type FanOutJob } from '../../shared/queues.js';
import { connectDurable, connectProducer, connectStore, firstConnect } from '../../shared/redis.js';
import { checkRedis } from '../../shared/redis-check.js';
import { nodesOf } from '../../shared/redis-nodes.js';
import { lastWords, onShutdown, refuseStart } from '../../shared/shutdown.js';
import { createStore } from '../../shared/store/store.js';
import { createApp } from './app.js';
import { Guard } from './guard/guard.js';
import { listener } from './listener.js';
import { measure } from './measure.js';
import { Polls } from './polls/polls.js';
import { operationServer } from './serve.js';
import { drainServer, listen, portOf } from './server.js';

/** An API process is gone so long (ms) after it was told to end, whatever its clients do. */
const PATIENCE = 3_000;

const OUTAGE = { meanwhile: 'requests get `unavailable` until it is back', failed: 'requests refused' };

async function main(config: Config): Promise<void> {
  const log = createLog(config, 'api');
  const quiet = () => undefined; // `availability` says for all that Redis is away
  await checkRedis(config.redisUrl, config.shards);
  const redis = connectStore(config.redisUrl);
  const availability = new Availability(redis, log, OUTAGE);
  const producer = connectProducer(config.redisUrl).on('error', quiet);
  const store = createStore(redis, config, config.redisWait > 0 ? connectDurable(config.redisUrl).on('error', quiet) : redis);
  const fanOutQueues = fanOutQueueNames(config).map((name) => openQueue<FanOutJob>(name, producer));
  const queues = [...fanOutQueues, openQueue(UPKEEP, producer)];
  for (const queue of queues) queue.on('error', quiet);
  const fanOut = new FanOutRequests(fanOutQueues, (error) => log.debug({ error: error.message }, 'fan-out is left to the sweep'));
  const polls = new Polls(store, nodesOf(redis, config.redisUrl), (error) => {
    log.error({ error }, 'Redis refuses the subscription: no live polls, no signals');
  });
  const metrics = new Metrics(`api-${randomBytes(4).toString('hex')}`, redis);
  const served = { log, failed: (error: unknown) => availability.failed(error), count: measure(metrics, store, polls, fanOutQueues) };
  await firstConnect(redis); // else the first requests after a reload would be told that Redis is away
  const serve = operationServer({ store, fanOut, polls, guard: new Guard(store) }, served);
  const app = createApp(serve, served, { config, store, availability, metrics, queues });
  const server = await listen(listener(app, serve), config);
  onShutdown(log, PATIENCE, async () => {
    const drained = drainServer(server);
    polls.drain();
    await drained;
    await lastWords(polls.close().then(() => metrics.close()));
  });
  log.info({ port: portOf(server) }, 'listening');
  process.send?.('ready');
}

try {
  await main(readConfig(process.env));
} catch (error) {
  refuseStart(error, 'The API');
}
