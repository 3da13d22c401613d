import type { ChatEvent, Role, RoomRules, RoomView } from '../../../shared/protocol/events.js';

/** What this user may do in the room, and what binds everybody without a role: as the room was, kept up by its events. */
export class Standing {
  role: Role | undefined;
  rules: RoomRules = {};
  /** Ids of those who have a role. */
  private keepers = new Set<number>();
  /** Who has offered the room: an owner until somebody takes it. */
  private offering = 0;

  begin({ role, rules = {}, moderators = [] }: Pick<RoomView, 'role' | 'rules' | 'moderators'>): void {
    this.role = role;
    this.rules = { ...rules };
    this.keepers = new Set(moderators);
  }

  keeps(id: number): boolean {
    return this.keepers.has(id);
  }

  /** Why this user cannot write now, if it cannot. */
  get bound(): 'closed' | 'read_only' | undefined {
    const { closed, readonly } = this.rules;
    return this.role ? undefined : closed ? 'closed' : readonly ? 'read_only' : undefined;
  }

  /** True when the event has changed something. */
  hear(event: ChatEvent, ownId: number): boolean {
    switch (event.type) {
      case 'rules': this.rule(event); return true;
      case 'moderator': this.moderate(event, ownId); return true;
      case 'offered': this.offering = event.from.id; return false;
      case 'owned': this.own(event.from.id, ownId); return true;
      case 'left': return this.keepers.delete(event.from.id);
      default: return false;
    }
  }

  private rule({ slow, readonly, closed, links }: ChatEvent): void {
    const { rules } = this;
    if (slow !== undefined) rules.slow = slow;
    if (readonly !== undefined) rules.readonly = readonly || undefined;
    if (closed !== undefined) rules.closed = closed || undefined;
    if (links !== undefined) rules.links = links ? undefined : false;
  }

  private moderate({ user, on }: ChatEvent, ownId: number): void {
    if (!user) return;
    if (on) this.keepers.add(user.id);
    else this.keepers.delete(user.id);
    if (user.id === ownId) this.role = on ? 'moderator' : undefined;
  }

  private own(id: number, ownId: number): void {
    this.keepers.delete(this.offering);
    this.keepers.add(id);
    if (id === ownId) this.role = 'owner';
    else if (this.role === 'owner') this.role = undefined;
  }
}
