import { compareIds, type ChatEvent } from '../../../shared/protocol/events.js';

/** What the owner has taken out of a room's log. A page of history that was asked for before may still have it. */
export class Gone {
  private readonly removed = new Set<string>();
  private through = '0-0';

  note({ type, id, removed }: ChatEvent): void {
    if (type === 'cleared') this.through = id;
    if (type === 'removed' && removed) this.removed.add(removed);
  }

  has(id: string): boolean {
    return this.removed.has(id) || compareIds(id, this.through) < 0;
  }
}
