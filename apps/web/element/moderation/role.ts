import type { ChatEvent, Role, RoomRules, RoomView } from '../../../../shared/protocol/events.js';

/** What this user may do in the room, and what binds everybody without a role: as the room was, kept up by its events. */
export class Standing {
  role: Role | undefined;
  rules: RoomRules = {};
  /** The host has switched the room off. */
  off = false;
  /** Those who have a role, by id. */
  private keepers = new Map<number, Role>();

  begin({
    role,
    rules = {},
    moderators = [],
    owners = [],
  }: Pick<RoomView, 'role' | 'rules' | 'moderators' | 'owners'>): void {
    this.role = role;
    this.rules = { ...rules };
    this.off = false;
    this.keepers = new Map(moderators.map((id) => [id, owners.includes(id) ? 'owner' : 'moderator']));
  }

  keeps(id: number): boolean {
    return this.keepers.has(id);
  }

  roleOf(id: number): Role | undefined {
    return this.keepers.get(id);
  }

  /** Why this user cannot write now, if it cannot. */
  get bound(): 'off' | 'closed' | 'read_only' | undefined {
    const { closed, readonly } = this.rules;
    return this.off ? 'off' : this.role ? undefined : closed ? 'closed' : readonly ? 'read_only' : undefined;
  }

  /** True when the event has changed something. */
  hear(event: ChatEvent, ownId: number): boolean {
    switch (event.type) {
      case 'rules':
        this.rule(event);
        return true;
      case 'moderator':
        this.moderate(event, ownId);
        return true;
      case 'owned':
        this.own(event.from.id, ownId);
        return true;
      case 'joined':
        return this.join(event);
      case 'left':
        return this.keepers.delete(event.from.id);
      default:
        return false;
    }
  }

  /** Who comes with the owner's token is an owner at once. */
  private join({ from, role }: ChatEvent): boolean {
    if (role) this.keepers.set(from.id, role);
    return role !== undefined;
  }

  private rule({ slow, readonly, closed, links, off }: ChatEvent): void {
    const { rules } = this;
    if (off !== undefined) this.off = off;
    if (slow !== undefined) rules.slow = slow;
    if (readonly !== undefined) rules.readonly = readonly || undefined;
    if (closed !== undefined) rules.closed = closed || undefined;
    if (links !== undefined) rules.links = links ? undefined : false;
  }

  private moderate({ user, on }: ChatEvent, ownId: number): void {
    if (!user) return;
    if (on) this.keepers.set(user.id, 'moderator');
    else this.keepers.delete(user.id);
    if (user.id === ownId) this.role = on ? 'moderator' : undefined;
  }

  private own(id: number, ownId: number): void {
    this.keepers.forEach((role, former) => {
      if (role === 'owner') this.keepers.delete(former);
    });
    this.keepers.set(id, 'owner');
    if (id === ownId) this.role = 'owner';
    else if (this.role === 'owner') this.role = undefined;
  }
}
