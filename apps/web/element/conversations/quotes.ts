import type { Chat } from '../../client/api.js';
import type { Quoted } from '../log/quote.js';
import type { Conversation } from './conversation.js';

/** The messages that others answer. Reads those that are not among the loaded ones, one after the other. */
export class Quotes {
  private readonly read = new Map<string, Quoted>();
  private reading: Promise<void> = Promise.resolve();

  /** `changed` is called when more is known. */
  constructor(
    private readonly chat: Chat,
    private readonly changed: () => void,
  ) {}

  /** Returns a message of the conversation. Undefined: it is being read. */
  of(conversation: Conversation, id: string): Quoted {
    if (conversation.removed.has(id)) return null;
    const loaded = conversation.message(id);
    if (loaded) return loaded;
    const key = `${conversation.room} ${id}`;
    if (!this.read.has(key)) {
      this.read.set(key, undefined);
      this.reading = this.reading.then(() => this.fetch(conversation.room, id, key));
    }
    return this.read.get(key);
  }

  private async fetch(room: string, id: string, key: string): Promise<void> {
    const page = await this.chat.history({ room, limit: 1, before: after(id) }).catch(() => null);
    if (page) this.read.set(key, page.events.find((event) => event.id === id) || null);
    this.changed();
  }
}

/** Returns the log id that follows `id` in the same millisecond. */
function after(id: string): string {
  const [ms = '', sequence = ''] = id.split('-');
  return `${ms}-${Number(sequence) + 1}`;
}
