import type { ChatEvent, UserRef } from '../../../shared/protocol/events.js';

/** Who is in each room, kept up by the events. */
export class Roster {
  private readonly rooms = new Map<string, Map<number, UserRef>>();

  set(room: string, members: UserRef[]): void {
    this.rooms.set(room, new Map(members.map((user): [number, UserRef] => [user.id, user])));
  }

  list(room: string): UserRef[] {
    const members = this.rooms.get(room);
    return members ? [...members.values()] : [];
  }

  forget(room: string): void {
    this.rooms.delete(room);
  }

  /** True when it changed who is there. */
  apply(event: ChatEvent): boolean {
    const members = this.rooms.get(event.room);
    if (!members || event.type === 'message' || !event.from.id) return false; // 0 is the host, who is in no room
    if (event.type === 'left') return members.delete(event.from.id);
    const known = members.get(event.from.id);
    members.set(event.from.id, event.from);
    return !known || known.name !== event.from.name;
  }
}
