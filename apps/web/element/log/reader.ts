import type { Chat } from '../../client/api.js';
import type { Conversation } from '../conversations/conversation.js';
import type { Conversations } from '../conversations/conversations.js';
import type { Skeleton } from '../dom/skeleton.js';
import type { RoomOrder } from '../moderation/moderation.js';
import { showTop } from '../status/heading.js';
import type { Clock } from './clock.js';
import { type LogSource, LogView } from './log-view.js';
import type { RowContext } from './rows.js';

/** The conversation that is open, in the log's window; older parts of it are read as they are scrolled to. */
export class Reader {
  current: Conversation;
  readonly log: LogView;

  constructor(
    private readonly parts: Skeleton,
    private readonly chat: Chat,
    private readonly conversations: Conversations,
    private readonly order: RoomOrder,
    private readonly clock: Clock,
  ) {
    this.current = conversations.room;
    this.log = new LogView(parts.log.box, parts.log.rows);
  }

  open(conversation: Conversation): void {
    this.current.freshFrom = '';
    this.current.onGone = () => undefined;
    this.current = conversation;
    conversation.onGone = (at, count) => this.log.gone(at, count);
    this.log.show({ entries: [], context: this.context(), wantOlder: () => undefined });
    this.log.show(this.source());
  }

  showTop(): void {
    showTop(this.parts, this.current);
  }

  private source(): LogSource {
    const reader = this;
    return {
      get entries() {
        return reader.current.entries;
      },
      get context() {
        return reader.context();
      },
      wantOlder: () => {
        void this.loadOlder();
      },
    };
  }

  private context(): RowContext {
    const { tools } = this.order;
    const isMine: RowContext['isMine'] = (event) => this.conversations.isMine(event);
    const beside = tools && !this.current.partner ? tools.beside.bind(tools) : undefined;
    return { texts: this.parts.texts, now: this.clock.now, isMine, freshFrom: this.current.freshFrom, beside };
  }

  private async loadOlder(): Promise<void> {
    const conversation = this.current;
    if (conversation.complete || conversation.loading) return this.showTop();
    const loading = conversation.loadOlder(this.chat);
    this.showTop();
    const count = await loading;
    if (conversation !== this.current) return;
    this.showTop();
    this.log.prepended(count);
  }
}
