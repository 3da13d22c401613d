/**
 * The data of the admin page: the samples of the last minutes, the busiest rooms and addresses, the host's switches,
 * and the host's latest actions.
 */
import type { Metrics } from '../../../shared/metrics/metrics.js';
import { endOfLifeNotice } from '../../../shared/node-version.js';
import type { AdminSnapshot, BusyRoom } from '../../../shared/protocol/admin.js';
import type { Availability } from '../../../shared/redis/availability.js';
import { endText, stateText } from '../../../shared/redis/reasons.js';
import { readAnnouncement } from '../../../shared/store/announcement.js';
import { readOperatorActions, readSwitched } from '../../../shared/store/operator.js';
import { readRooms, readUnlistedRooms } from '../../../shared/store/rooms.js';
import type { Store } from '../../../shared/store/store.js';
import { weighValues } from '../../../shared/store/values.js';
import { readTopTalkers, type TalkerRates } from '../limits/top-talkers.js';
import type { SampleHistory } from './sample-history.js';

/** Entries of each list on the page. */
const SHOWN_MAX = 20;

export interface DashboardSources {
  store: Store;
  availability: Availability;
  metrics: Metrics;
  samples: SampleHistory;
}

/** Never rejects. While Redis is away it tells that, and what this process knows by itself. */
export async function readDashboard(sources: DashboardSources, since: number): Promise<AdminSnapshot> {
  const { availability, metrics, store } = sources;
  const reason = await availability.check();
  const redis = {
    up: reason === null,
    reason: reason && `${stateText(reason)}. Requests fail with “unavailable” until ${endText(reason)}.`,
  };
  // a Redis that takes no writes can still be read
  const read = store.redis.status === 'ready' ? await readAll(sources, since).catch(() => null) : null;
  const nothing = {
    samples: [],
    busy: { rooms: [], origins: [], addresses: [] },
    values: { bytes: 0, rooms: [] },
    off: [],
    acts: [],
  };
  return {
    at: Date.now(),
    known: read !== null,
    redis,
    process: metrics.own,
    node: endOfLifeNotice(),
    ...(read ?? nothing),
  };
}

async function readAll(
  { store, samples }: DashboardSources,
  since: number,
): Promise<Pick<AdminSnapshot, 'samples' | 'busy' | 'values' | 'off' | 'acts' | 'news'>> {
  const [taken, busy, values, off, acts, said] = await Promise.all([
    samples.read(since),
    readBusy(store, samples),
    weighValues(store, SHOWN_MAX),
    readSwitched(store),
    readOperatorActions(store),
    readAnnouncement(store),
  ]);
  const news = said?.kind === 'none' ? null : said;
  return { samples: taken, busy: await shown(store, busy), values, off, acts, news };
}

/** Resolves with the top talkers of all API processes. Rejects when Redis is away. */
export async function readBusy(store: Store, samples: SampleHistory): Promise<TalkerRates> {
  const instances = (await samples.latest())?.processes.map(({ name }) => name) ?? [];
  return readTopTalkers(
    store,
    instances.filter((name) => name.startsWith('api-')),
  );
}

async function shown(store: Store, { rooms, origins, addresses }: TalkerRates): Promise<AdminSnapshot['busy']> {
  return {
    rooms: await busyRooms(store, new Map(rooms.slice(0, SHOWN_MAX))),
    origins: origins.slice(0, SHOWN_MAX).map(([origin, rate]) => ({ origin, rate })),
    addresses: addresses.slice(0, SHOWN_MAX).map(([address, rate]) => ({ address, rate })),
  };
}

/** Resolves with the rooms with the most messages, and then the ones with the most members. */
async function busyRooms(store: Store, rates: Map<string, number>): Promise<BusyRoom[]> {
  const [listed, unlisted] = await Promise.all([readRooms(store), readUnlistedRooms(store)]);
  const largest = [...listed, ...unlisted]
    .sort((a, b) => b.members - a.members)
    .slice(0, SHOWN_MAX)
    .map(({ name }) => name);
  const rooms = await Promise.all(
    [...new Set([...rates.keys(), ...largest])].map(async (name) => ({
      name,
      members: await store.redis.hlen(store.keys.roster(name)),
      rate: rates.get(name) ?? 0,
    })),
  );
  return rooms.sort((a, b) => b.rate - a.rate || b.members - a.members).slice(0, SHOWN_MAX);
}
