import type { ChatEvent } from '../../../../shared/protocol/events.js';
import type { Chat } from '../../client/api.js';
import type { Quoted } from '../log/quote.js';
import type { Conversation } from './conversation.js';

/** So many messages are read at once. Anybody can answer any number of messages, and make all pages read them. */
const AT_ONCE_MAX = 20;
/** After them, one message is read in this time. */
const PAUSE_MS = 5_000;

/** The messages that others answer. Reads those that are not among the loaded ones, one after the other. */
export class Quotes {
  private readonly read = new Map<string, Quoted>();
  private reading: Promise<void> = Promise.resolve();
  private count = 0;

  /** `changed` is called when more is known. */
  constructor(
    private readonly chat: Chat,
    private readonly changed: () => void,
  ) {}

  /** Returns a message of the conversation. Undefined: it is being read. */
  of(conversation: Conversation, id: string): Quoted {
    const { removed, room } = conversation;
    const loaded = conversation.message(id);
    if (loaded) return loaded;
    if (removed.has(id) || conversation.reachesTo(id)) return null;
    const key = `${room} ${id}`;
    if (!this.read.has(key)) {
      this.read.set(key, undefined);
      this.reading = this.reading.then(() => this.fetch(conversation, id, key));
    }
    const found = this.read.get(key);
    return found && removed.hasEvent(found) ? null : found;
  }

  /** A message has another text. It may be one that is only quoted. */
  edited({ room, edited, text, at }: ChatEvent): void {
    const key = `${room} ${edited}`;
    const found = this.read.get(key);
    if (found && text !== undefined) this.read.set(key, { ...found, text, editedAt: at });
  }

  private async fetch(conversation: Conversation, id: string, key: string): Promise<void> {
    this.count += 1;
    if (this.count > AT_ONCE_MAX) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    if (conversation.reachesTo(id)) return;
    const { room } = conversation;
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
