/** How each kind of fault is made, and undone. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Child } from '../support/child.js';
import { masters, openRedis } from '../support/redis.js';
import { CLUSTER_FAULT, type ClusterFault, type Tell } from './cluster-faults.js';
import type { FaultKind, PlannedFault } from './plan.js';
import type { Place, Site } from './site.js';

type Make = (site: Site, fault: PlannedFault) => Promise<boolean>;

/** Connections find a Redis that is back within this time (ms). */
const REDIS_BACK = 2_000;

/**
 * Makes a fault, and resolves when what it hit is back. False when there was nothing left to hit. `tell` hears which
 * slots it concerns.
 */
export function makeFault(site: Site, fault: PlannedFault, tell: Tell): Promise<boolean> {
  const make = isOfCluster(fault.kind) ? CLUSTER_FAULT[fault.kind] : null;
  if (make) return atRedis(site, () => (site.cluster ? make(site.cluster, fault, tell) : Promise.resolve()));
  return MAKE[fault.kind as Exclude<FaultKind, ClusterFault>](site, fault);
}

function isOfCluster(kind: FaultKind): kind is ClusterFault {
  return kind in CLUSTER_FAULT;
}

const MAKE: Record<Exclude<FaultKind, ClusterFault>, Make> = {
  'api-kill': (site, fault) => atPlace(site.apis, fault, (place) => killAt(place, fault, () => site.startApi())),
  'worker-kill': (site, fault) =>
    atPlace(site.workers, fault, (place) => killAt(place, fault, () => site.startWorker())),
  'redis-kill': (site, fault) =>
    atRedis(site, async () => {
      await site.redis.kill();
      await sleep(fault.lasts);
      await site.redis.restart();
    }),
  'api-stop': (site, fault) => atPlace(site.apis, fault, (place) => stopFor(place.current, fault.lasts)),
  'worker-stop': (site, fault) => atPlace(site.workers, fault, (place) => stopFor(place.current, fault.lasts)),
  'redis-stop': (site, fault) => atRedis(site, () => stopFor(site.redis, fault.lasts)),
  'drop-normal': (site) => atRedis(site, () => dropConnections(site, 'normal')),
  'drop-pubsub': (site) => atRedis(site, () => dropConnections(site, 'pubsub')),
  'api-reload': (site, fault) => atPlace(site.apis, fault, (place) => reloadAt(site, place, () => site.startApi())),
  'worker-reload': (site, fault) =>
    atPlace(site.workers, fault, (place) => reloadAt(site, place, () => site.startWorker())),
  // as when the machine loses its power, but for what the operating system had not written yet
  'all-kill': (site, fault) =>
    atRedis(site, async () => {
      const apis = site.apis.filter((place) => !place.taken);
      const workers = site.workers.filter((place) => !place.taken);
      for (const place of [...apis, ...workers]) place.taken = true;
      await Promise.all([site.redis, ...[...apis, ...workers].map((place) => place.current)].map((one) => one.kill()));
      await sleep(fault.lasts);
      await site.redis.restart();
      await Promise.all([
        ...apis.map(async (place) => place.settle(await site.startApi())),
        ...workers.map(async (place) => place.settle(await site.startWorker())),
      ]).finally(() => {
        for (const place of [...apis, ...workers]) place.taken = false;
      });
    }),
};

/** Makes a fault at one of the places that no other fault is at. */
async function atPlace<P extends Place<Child>>(
  places: P[],
  { target }: PlannedFault,
  make: (place: P) => Promise<void>,
): Promise<boolean> {
  const free = places.filter(({ taken }) => !taken);
  const place = free[target % Math.max(free.length, 1)];
  if (!place) return false;
  place.taken = true;
  await make(place).finally(() => (place.taken = false));
  return true;
}

async function atRedis(site: Site, make: () => Promise<void>): Promise<boolean> {
  if (site.redisBackAt === Infinity) return false;
  site.redisBackAt = Infinity;
  await make().finally(() => (site.redisBackAt = Date.now()));
  return true;
}

async function killAt<P extends Child>(
  place: Place<P>,
  { lasts }: PlannedFault,
  start: () => Promise<P>,
): Promise<void> {
  await place.current.kill();
  await sleep(lasts);
  place.settle(await start());
}

async function stopFor(one: { pause(): void; resume(): void }, ms: number): Promise<void> {
  one.pause();
  await sleep(ms);
  one.resume();
}

/** As `pm2 reload` does: the new one is ready before the old one is told to end. In order, unless Redis is away. */
async function reloadAt<P extends Child>(site: Site, place: Place<P>, start: () => Promise<P>): Promise<void> {
  const old = place.current;
  place.settle(await start());
  const told = Date.now();
  const code = await old.stop('SIGINT');
  if (code !== 0 && site.redisBackAt < told - REDIS_BACK)
    throw new Error(`process ${old.pid} did not end in order (${code}): ${old.output().slice(-2_000)}`);
}

async function dropConnections(site: Site, type: 'normal' | 'pubsub'): Promise<void> {
  const redis = openRedis(site.redis.url);
  redis.on('error', () => undefined); // the command below fails, and says so
  try {
    await Promise.all((await masters(redis)).map((node) => node.call('CLIENT', 'KILL', 'TYPE', type)));
  } finally {
    redis.disconnect();
  }
}
