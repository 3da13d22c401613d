import { type ChatEvent, compareIds } from '../../../../shared/protocol/events.js';

/** What the owner has taken out of a room's log. A page of history that was asked for before may still have it. */
export class Gone {
  private readonly removed = new Set<string>();
  private through = '0-0';
  /** Through which event the messages of a user are gone. */
  private readonly users = new Map<number, string>();

  note({ type, id, removed, user }: ChatEvent): void {
    if (type === 'cleared') this.through = id;
    if (type === 'removed' && removed) this.removed.add(removed);
    if (type === 'removed' && user) this.users.set(user.id, id);
  }

  has(id: string): boolean {
    return this.removed.has(id) || compareIds(id, this.through) < 0;
  }

  hasEvent({ type, id, from }: ChatEvent): boolean {
    const through = type === 'message' && this.users.get(from.id);
    return this.has(id) || Boolean(through && compareIds(id, through) < 0);
  }
}
