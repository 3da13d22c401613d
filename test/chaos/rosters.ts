/** Compares the rooms' members in Redis with the rooms in which the users believe to be. */
import type { RedisClient } from '../../shared/redis/client.js';
import { allKeys } from '../support/redis.js';
import type { Record } from './record.js';
import type { Session } from './session.js';

const ROSTER_KEY = /^room:\{r\d+\}:([^:]+):roster$/;

export async function checkRosters(redis: RedisClient, record: Record, sessions: Session[]): Promise<void> {
  const rosters = await readRosters(redis);
  checkBelieved(rosters, record, sessions);
  checkListed(rosters, record, sessions);
}

type Rosters = Map<string, Map<number, string>>;

/** Users are in the rooms that they believe to be in. */
function checkBelieved(rosters: Rosters, record: Record, sessions: Session[]): void {
  for (const session of sessions.filter((one) => !one.over)) {
    for (const room of session.rooms) {
      const name = rosters.get(room)?.get(session.id);
      if (name !== session.name)
        record.violation('roster', `${room} has user ${session.id} as ${name}, who is ${session.name}`);
    }
  }
}

/** No user is in a room that it has left or exited. */
function checkListed(rosters: Rosters, record: Record, sessions: Session[]): void {
  const byId = new Map(sessions.map((session) => [session.id, session]));
  for (const [room, roster] of rosters) {
    for (const id of roster.keys()) {
      const session = byId.get(id); // none: it joined, and the answer was lost
      if (session?.over) record.violation('roster', `${room} has user ${id}, who has left`);
      else if (session && !session.rooms.includes(room))
        record.violation('roster', `${room} has user ${id}, who has exited it`);
    }
  }
}

async function readRosters(redis: RedisClient): Promise<Rosters> {
  const rosters = new Map<string, Map<number, string>>();
  for (const key of await allKeys(redis, 'room:*:roster')) {
    const room = ROSTER_KEY.exec(key)?.[1];
    if (room === undefined) continue; // a private room
    rosters.set(room, new Map(Object.entries(await redis.hgetall(key)).map(([id, name]) => [Number(id), name])));
  }
  return rosters;
}
