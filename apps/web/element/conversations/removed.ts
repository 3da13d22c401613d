import { type ChatEvent, compareIds } from '../../../../shared/protocol/events.js';

/** Knows which messages have been removed. A page of history that was requested earlier may still contain them. */
export class Removed {
  private readonly ids = new Set<string>();
  private clearedAt = '0-0';
  /** By user: the id of the event that removed all earlier messages of the user. */
  private readonly users = new Map<number, string>();

  note({ type, id, removed, user }: ChatEvent): void {
    if (type === 'cleared') this.clearedAt = id;
    if (type === 'removed' && removed) this.ids.add(removed);
    if (type === 'removed' && user) this.users.set(user.id, id);
  }

  has(id: string): boolean {
    return this.ids.has(id) || compareIds(id, this.clearedAt) < 0;
  }

  hasEvent({ type, id, from }: ChatEvent): boolean {
    const removedAt = type === 'message' && this.users.get(from.id);
    return this.has(id) || Boolean(removedAt && compareIds(id, removedAt) < 0);
  }
}
