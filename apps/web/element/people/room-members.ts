import type { ChatEvent, UserRef } from '../../../../shared/protocol/events.js';

/**
 * The users in the room. In a big room only some are known by name. Then everybody else counts as present until an
 * event says that the user has left.
 */
export class RoomMembers {
  /** The members that are known by name. */
  known: UserRef[] = [];
  /** How many members there are. */
  count = 0;
  private isComplete = true;
  private knownIds = new Set<number>();
  private readonly left = new Set<number>();

  /** `count`: how many members there are, if `members` does not name all. `ownUser` is one of them in any case. */
  update(members: UserRef[], count: number | undefined, ownUser: UserRef | null): void {
    this.isComplete = count === undefined;
    const isMissing = !this.isComplete && ownUser && members.every(({ id }) => id !== ownUser.id);
    this.known = isMissing ? members.concat(ownUser) : members;
    this.count = count || members.length;
    this.knownIds = new Set(this.known.map(({ id }) => id));
  }

  apply({ type, from }: ChatEvent): void {
    if (type === 'left') this.left.add(from.id);
    else this.left.delete(from.id);
  }

  has(id: number): boolean {
    return this.knownIds.has(id) || (!this.isComplete && !this.left.has(id));
  }
}
