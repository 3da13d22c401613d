import type { ChatEvent, UserRef } from '../../../../shared/protocol/events.js';

/** Who is in the room. Of a large crowd not all are known by name: then only who was heard to leave is taken for gone. */
export class Crowd {
  /** Those who are known by name. */
  members: UserRef[] = [];
  /** How many there are. */
  count = 0;
  private whole = true;
  private named = new Set<number>();
  private readonly left = new Set<number>();

  /** `count`: how many there are, where `members` are not all; `self` is one of them in any case. */
  meet(members: UserRef[], count: number | undefined, self: UserRef | null): void {
    this.whole = count === undefined;
    const unnamed = !this.whole && self && members.every(({ id }) => id !== self.id);
    this.members = unnamed ? members.concat(self) : members;
    this.count = count || members.length;
    this.named = new Set(this.members.map(({ id }) => id));
  }

  hear({ type, from }: ChatEvent): void {
    if (type === 'left') this.left.add(from.id);
    else this.left.delete(from.id);
  }

  has(id: number): boolean {
    return this.named.has(id) || (!this.whole && !this.left.has(id));
  }
}
