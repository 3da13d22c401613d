import type { Chat } from '../../client/api.js';
import type { Clock } from '../log/clock.js';
import { type LogSource, LogView } from '../log/log-view.js';
import type { RowContext } from '../log/rows.js';
import type { Skeleton } from '../skeleton.js';
import type { Conversation } from './conversation.js';
import type { Conversations } from './conversations.js';
import { Quotes } from './quotes.js';

/** Pages of history that the way to one message may take. */
const PAGES_MAX = 100;

/** The conversation that the log shows. Loads older messages when the user scrolls up to them. */
export class OpenConversation {
  current: Conversation;
  readonly log: LogView;
  readonly quotes: Quotes;
  /** The page of history that is being read. */
  private page: Promise<void> = Promise.resolve();

  constructor(
    private readonly skeleton: Skeleton,
    private readonly chat: Chat,
    private readonly conversations: Conversations,
    private readonly clock: Clock,
    private readonly roles: Pick<RowContext, 'toolsFor' | 'roleOf' | 'isMention' | 'images' | 'reactionActs'>,
  ) {
    this.current = conversations.room;
    this.log = new LogView(skeleton.log.box, skeleton.log.rows);
    this.quotes = new Quotes(chat, () => this.log.refresh());
  }

  open(conversation: Conversation): void {
    this.current.freshFrom = '';
    this.current.onRemoved = () => undefined;
    this.current = conversation;
    conversation.onRemoved = (at, count) => this.log.removed(at, count);
    this.log.show({ entries: [], context: this.context(), unread: 0, wantOlder: () => undefined });
    this.log.show(this.source());
  }

  /** Shows at the top of the log whether there are older messages, or none, or no messages at all. */
  showTop(): void {
    const { log, texts } = this.skeleton;
    const { complete, loading, entries, partner } = this.current;
    const hasMessages = entries.some((entry) => entry.message);
    const end = complete ? texts.start : '';
    const top = hasMessages ? (loading ? texts.loading : end) : '';
    if (log.topNote.textContent !== top) log.topNote.textContent = top; // screen readers read each change in the log
    log.empty.textContent = partner ? texts.emptyPrivate : texts.empty;
    log.empty.hidden = hasMessages || !complete;
  }

  private source(): LogSource {
    const view = this;
    return {
      get entries() {
        return view.current.entries;
      },
      get context() {
        return view.context();
      },
      get unread() {
        return view.current.unread;
      },
      wantOlder: () => {
        void view.readOlder();
      },
    };
  }

  private context(): RowContext {
    return {
      texts: this.skeleton.texts,
      now: this.clock.now,
      isMine: (event) => this.conversations.isMine(event),
      freshFrom: this.current.freshFrom,
      toolsFor: this.roles.toolsFor,
      quoted: (id) => this.quotes.of(this.current, id),
      goTo: (id) => this.goTo(id),
      reactionActs: this.roles.reactionActs,
      roleOf: this.roles.roleOf,
      isMention: this.roles.isMention,
      images: this.roles.images,
      resize: (act) => this.log.resize(act),
    };
  }

  /** Shows a message. Reads older ones until it is there. Resolves with whether it is. */
  async goTo(id: string): Promise<boolean> {
    const { current } = this;
    for (let page = 0; page < PAGES_MAX && !current.has(id) && current.isBefore(id); page += 1)
      if (!(await this.readOlder()) || current !== this.current) break;
    if (current !== this.current || !current.has(id)) return false;
    this.log.reveal(id);
    return true;
  }

  /** Reads the page before the known one, or waits until it is read. Resolves with false if that fails. */
  async readOlder(): Promise<boolean> {
    const { current } = this;
    if (!current.loading) this.page = this.loadOlder();
    await this.page;
    return !current.hasFailed;
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
