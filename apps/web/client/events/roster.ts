import { type ChatEvent, isPoster, type RoomView, type UserRef } from '../../../../shared/protocol/events.js';

/** The members of a room as the server lists them. If there are many, it does not list all. */
export type People = Pick<RoomView, 'members' | 'more' | 'count'>;

/** The members of each room. Events keep it up to date. */
export class Roster {
  private readonly rooms = new Map<string, Map<number, UserRef>>();
  /** The number of members of rooms whose list is not complete. */
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

  /** Returns the number of members if the list is not complete. */
  count(room: string): number | undefined {
    const count = this.counts.get(room);
    return count && Math.max(count, this.list(room).length);
  }

  /** Returns a text that is another one when the members are. */
  print(room: string): string {
    return JSON.stringify([this.list(room), this.count(room)]);
  }

  forget(room: string): void {
    this.rooms.delete(room);
    this.counts.delete(room);
  }

  /** Takes an event into account. Returns true if it changed the members. */
  apply({ type, room, from, held }: ChatEvent): boolean {
    const members = this.rooms.get(room);
    const count = this.counts.get(room);
    // the sender of a message is a member, unless the message had waited for approval; 0 is the operator, in no room
    if (!members || from.id < 1 || isPoster(from.id) || (type === 'message' && (!count || held))) return false;
    const known = members.get(from.id);
    if (count && type === 'left') this.counts.set(room, count - 1);
    if (count && type === 'joined' && !known) this.counts.set(room, count + 1);
    if (type === 'left') return members.delete(from.id) || count !== undefined;
    members.set(from.id, from);
    return !known || known.name !== from.name;
  }
}
