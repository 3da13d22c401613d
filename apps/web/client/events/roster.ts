import type { ChatEvent, RoomView, UserRef } from '../../../../shared/protocol/events.js';

/** The people of a room, as the server tells them: not all by name when there are many. */
export type People = Pick<RoomView, 'members' | 'more' | 'count'>;

/** Who is in each room, kept up by the events. */
export class Roster {
  private readonly rooms = new Map<string, Map<number, UserRef>>();
  /** How many are in a room of which not all are known by name. */
  private readonly counts = new Map<string, number>();

  set(room: string, { members, more, count }: People): void {
    this.rooms.set(room, new Map(members.map((user): [number, UserRef] => [user.id, user])));
    this.counts.delete(room);
    if (more) this.counts.set(room, count || members.length);
  }

  list(room: string): UserRef[] {
    const members = this.rooms.get(room);
    return members ? [...members.values()] : [];
  }

  /** How many are there, if not all of them are in the list. */
  count(room: string): number | undefined {
    const count = this.counts.get(room);
    return count && Math.max(count, this.list(room).length);
  }

  forget(room: string): void {
    this.rooms.delete(room);
    this.counts.delete(room);
  }

  /** True when it changed who is there. */
  apply({ type, room, from, held }: ChatEvent): boolean {
    const members = this.rooms.get(room);
    const count = this.counts.get(room);
    // the author of a message is there, unless it waited for approval meanwhile; 0 is the host, who is in no room
    if (!members || !from.id || (type === 'message' && (!count || held))) return false;
    const known = members.get(from.id);
    if (count && type === 'left') this.counts.set(room, count - 1);
    if (count && type === 'joined' && !known) this.counts.set(room, count + 1);
    if (type === 'left') return members.delete(from.id) || count !== undefined;
    members.set(from.id, from);
    return !known || known.name !== from.name;
  }
}
