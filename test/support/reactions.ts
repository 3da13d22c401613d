/** Reactions to one message, as members of its room make and see them. */
import type { ChatEvent, Reaction } from '../../shared/protocol/events.js';
import { releaseReactions } from '../../shared/store/reactions.js';
import type { Store } from '../../shared/store/store.js';
import type { Person } from './people.js';
import type { Scene } from './scene.js';

/** Lets the waits of a room's reactions pass, as if `ms` had gone by. */
export async function letPass({ redis, keys }: Store, room: string, ms: number): Promise<void> {
  for (const [id, text] of Object.entries(await redis.hgetall(keys.reactions(room))))
    if (id !== 'bytes')
      await redis.hset(
        keys.reactions(room),
        id,
        text.replace(/^\d+/, (last) => String(Math.max(0, Number(last) - ms))),
      );
  const due = keys.reacted(keys.roomShard(room));
  for (const member of await redis.zrange(due, '0', '-1'))
    if (member.startsWith(`${room} `)) await redis.zincrby(due, -ms, member);
}

/** Tells what is due, as five workers do at a time. */
export async function release({ worker }: Scene, now = Date.now()): Promise<void> {
  await Promise.all(Array.from({ length: 5 }, () => releaseReactions(worker.store, now, () => undefined)));
}

/** The reactions to a message in the history of somebody. */
export async function shown(who: Person, message: string): Promise<Reaction[] | undefined> {
  return (await who.act('history')).events.find(({ id }) => id === message)?.reactions;
}

/** The `reacted` events that somebody is told after fan-out. */
export async function told(scene: Scene, who: Person): Promise<ChatEvent[]> {
  return (await scene.told(who)).filter(({ type }) => type === 'reacted');
}

/** A short form: `👍2 ❤️1`. */
export const brief = (reactions: readonly Reaction[] = []): string =>
  reactions.map(({ emoji, count }) => `${emoji}${count}`).join(' ');
