import type { ChatEvent, Role, RoomRules, RoomView } from '../../../../shared/protocol/events.js';

/** The roles and rules of the room, and so what this user may do there. The room's events keep them up to date. */
export class RoleState {
  /** This user's role. */
  role: Role | undefined;
  rules: RoomRules = {};
  /** This user may write although the room is read-only. */
  private hasVoice = false;
  /** The host has switched the room off. */
  private isOff = false;
  /** The roles of all users, by id. */
  private roles = new Map<number, Role>();

  begin({
    role,
    rules = {},
    moderators = [],
    owners = [],
    voice,
  }: Pick<RoomView, 'role' | 'rules' | 'moderators' | 'owners' | 'voice'>): void {
    this.role = role;
    this.rules = { ...rules };
    this.hasVoice = voice === true;
    this.isOff = false;
    this.roles = new Map(moderators.map((id) => [id, owners.includes(id) ? 'owner' : 'moderator']));
  }

  roleOf(id: number): Role | undefined {
    return this.roles.get(id);
  }

  /** The reason why this user cannot write now. */
  get writeBlock(): 'off' | 'closed' | 'read_only' | undefined {
    const { rules } = this;
    if (this.isOff) return 'off';
    if (this.role) return undefined;
    return rules.closed ? 'closed' : rules.readonly && !this.hasVoice ? 'read_only' : undefined;
  }

  /** Every message of this user waits for approval. */
  get isHeld(): boolean {
    return !this.role && this.rules.hold === 'all';
  }

  /** Whether this user may write to another member privately. */
  mayWriteTo(id: number): boolean {
    const mayAll = this.rules.private !== false && !this.isHeld;
    return mayAll || this.role !== undefined || this.roles.has(id);
  }

  /** Applies an event. Returns whether it has changed something. */
  apply(event: ChatEvent, ownId: number): boolean {
    switch (event.type) {
      case 'rules':
        this.applyRules(event);
        return true;
      case 'moderator':
        this.applyModerator(event, ownId);
        return true;
      case 'voice':
        if (!event.user || event.user.id === ownId) this.hasVoice = event.on === true;
        return true;
      case 'owned':
        this.applyOwned(event.from.id, ownId);
        return true;
      case 'joined':
        return this.applyJoined(event);
      case 'left':
        return this.roles.delete(event.from.id);
      default:
        return false;
    }
  }

  /** A user that joins with the owner token is an owner at once. */
  private applyJoined({ from, role }: ChatEvent): boolean {
    if (role) this.roles.set(from.id, role);
    return role !== undefined;
  }

  private applyRules({ slow, readonly, closed, links, hold, off, ...event }: ChatEvent): void {
    const { rules } = this;
    if (off !== undefined) this.isOff = off;
    if (slow !== undefined) rules.slow = slow;
    if (readonly !== undefined) rules.readonly = readonly || undefined;
    if (closed !== undefined) rules.closed = closed || undefined;
    if (links !== undefined) rules.links = links ? undefined : false;
    if (event.private !== undefined) rules.private = event.private ? undefined : false;
    if (hold !== undefined) rules.hold = hold === 'all' ? hold : undefined;
  }

  private applyModerator({ user, on }: ChatEvent, ownId: number): void {
    if (!user) return;
    if (on) this.roles.set(user.id, 'moderator');
    else this.roles.delete(user.id);
    if (user.id === ownId) this.role = on ? 'moderator' : undefined;
  }

  private applyOwned(id: number, ownId: number): void {
    this.roles.forEach((role, former) => {
      if (role === 'owner') this.roles.delete(former);
    });
    this.roles.set(id, 'owner');
    if (id === ownId) this.role = 'owner';
    else if (this.role === 'owner') this.role = undefined;
  }
}
