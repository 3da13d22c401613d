/** Problems of the chat, in words for the host: first the problem, then what to do. */
import { DISK_RATIO, FLOOD_PER_S, MEMORY_RATIO, QUEUE_AGE_S } from '../../../shared/alerts/marks.js';
import { MEMORY_FULL, stateText } from '../../../shared/redis/reasons.js';

/** The alerts, each with the words that end it. */
export const TITLES = {
  redis: 'Redis cannot be used',
  memory: "Redis's memory is nearly full",
  disk: "Redis's disk is nearly full",
  worker: 'No worker runs',
  flood: 'A limit refuses many requests',
  queue: 'Messages are not delivered in time',
} as const;

export type AlertName = keyof typeof TITLES;

/** The measured facts. Null: not known. */
export interface Facts {
  /** The fullest Redis server: the part of its memory in use, its bytes and their limit. */
  memory: { ratio: number; used: number; most: number } | null;
  /** The part in use of the disk of Redis. */
  diskRatio: number | null;
  /** Redis could not write to its disk. */
  diskFails: boolean;
  workers: number;
  /** Refused requests per second, by limit. */
  refused: Record<string, number>;
  /** The age of the oldest fan-out job that waits (s), and how many wait. */
  queueAge: number | null;
  queue: number | null;
}

const percent = (ratio: number): string => `${Math.round(ratio * 100)} %`;
const megabytes = (bytes: number): string => `${Math.round(bytes / 1_048_576).toLocaleString('en')} MB`;

/** Returns what is wrong while Redis cannot be used. The other alerts are not known then. */
export function redisProblem(reason: string): string {
  const advice = reason === MEMORY_FULL ? 'Give Redis more memory (maxmemory).' : 'Look at Redis and its log.';
  return `${stateText(reason)}. The chat refuses requests as unavailable. ${advice}`;
}

/** Returns for each alert what is wrong, or null. */
export function problemsIn(facts: Facts): Record<Exclude<AlertName, 'redis'>, string | null> {
  return {
    memory: memoryProblem(facts),
    disk: diskProblem(facts),
    worker:
      facts.workers > 0
        ? null
        : 'No worker runs: messages are accepted, but not delivered. Start one: "npx pm2 restart worker".',
    flood: floodProblem(facts),
    queue: queueProblem(facts),
  };
}

function memoryProblem({ memory }: Facts): string | null {
  if (memory === null || memory.ratio <= MEMORY_RATIO) return null;
  return (
    `Redis uses ${percent(memory.ratio)} of its memory (${megabytes(memory.used)} of ${megabytes(memory.most)}). ` +
    'When it is full, the chat refuses messages. Raise REDIS_MAXMEMORY (maxmemory), or lower HISTORY and ROOM_TTL.'
  );
}

function diskProblem({ diskRatio, diskFails }: Facts): string | null {
  if (diskFails) return 'Redis cannot write to its disk. Read its log, and see whether the disk is full.';
  if (diskRatio === null || diskRatio <= DISK_RATIO) return null;
  return `The disk of Redis is ${percent(diskRatio)} full. When it is full, the chat refuses messages. Make room there.`;
}

function floodProblem({ refused }: Facts): string | null {
  const [limit, rate] = Object.entries(refused).sort((a, b) => b[1] - a[1])[0] ?? ['', 0];
  if (rate <= FLOOD_PER_S) return null;
  return (
    `The limit "${limit}" refuses ${Math.round(rate)} requests a second. ` +
    'See who that is among the busiest addresses, and switch the address off there.'
  );
}

function queueProblem({ queueAge, queue }: Facts): string | null {
  if (queueAge === null || queueAge <= QUEUE_AGE_S) return null;
  return (
    `The oldest of ${queue ?? 'the'} fan-out jobs waits for ${Math.round(queueAge)} s: messages are late. ` +
    'See whether the workers run ("npx pm2 ls"), and start more (WORKER_INSTANCES).'
  );
}
