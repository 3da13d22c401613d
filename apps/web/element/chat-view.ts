import type { ChatEvent, SignalEvent, UserRef } from '../../../shared/protocol/events.js';
import type { Chat, Ready } from '../client/api.js';
import { Composer } from './composer.js';
import type { Conversation } from './conversation.js';
import { Conversations } from './conversations.js';
import { addressee, showTitle, showTop } from './heading.js';
import { LogView } from './log-view.js';
import { Naming } from './naming.js';
import { Pending } from './pending.js';
import { PeopleView } from './people-view.js';
import type { RowContext } from './rows.js';
import type { Skeleton } from './skeleton.js';
import { StatusView } from './status.js';
import { fill } from './texts.js';
import { Typing } from './typing.js';

/** ms after which what was said aloud is taken away, so that nobody comes across it again. */
const ANNOUNCED = 3_000;

/** The chat on the page: takes what the library says and shows the conversation that is open. */
export class ChatView {
  private readonly conversations: Conversations;
  private current: Conversation;
  private drawing = false;
  private members: UserRef[] = [];
  private readonly log: LogView;
  private readonly pending: Pending;
  private readonly people: PeopleView;
  private readonly naming: Naming;
  private readonly composer: Composer;
  private readonly typing: Typing;

  constructor(private readonly parts: Skeleton, private readonly chat: Chat, restart: () => void) {
    this.conversations = new Conversations(chat);
    this.current = this.conversations.room;
    this.log = new LogView(parts.log.box, parts.log.rows);
    this.log.onTurn = () => (this.log.atEnd ? this.seen() : this.updateUnread());
    this.pending = new Pending(parts.log.pending, chat, parts.texts, () => this.log.settle());
    this.people = new PeopleView(parts, (partner) => this.open(this.conversations.with(partner), true));
    this.naming = new Naming(parts, chat);
    this.composer = new Composer(parts, { send: (text) => this.send(text), typing: () => this.typing.tell(this.current) });
    this.typing = new Typing(chat, () => this.showTyping());
    const status = new StatusView(parts, chat, restart);
    this.pending.onOut = () => status.out();
    parts.log.latest.addEventListener('click', () => { this.log.latest(); this.seen(); });
    parts.header.back.addEventListener('click', () => this.open(this.conversations.room, true));
    document.addEventListener('visibilitychange', this.onVisible);
    this.listen();
  }

  /** Lets go of what is outside of the element. */
  end(): void {
    document.removeEventListener('visibilitychange', this.onVisible);
  }

  private readonly onVisible = (): void => {
    if (!document.hidden && this.log.atEnd) this.seen();
  };

  private listen(): void {
    this.chat.on('ready', (ready) => this.begin(ready));
    this.chat.on('event', (event) => this.take(event));
    this.chat.on('members', ({ room, members }) => { if (room === this.chat.room) this.meet(members); });
  }

  private begin({ members, history }: Ready): void {
    this.conversations.begin();
    this.conversations.room.prepend(history);
    this.meet(members);
    this.open(this.conversations.room, false);
  }

  private meet(members: UserRef[]): void {
    this.conversations.noteSelf();
    this.members = members;
    this.naming.update();
    this.updatePeople();
    this.aim();
  }

  private take(event: ChatEvent | SignalEvent): void {
    if (event.type === 'signal') return this.hearSignal(event);
    const conversation = this.conversations.take(event, this.members);
    if (!conversation) return;
    this.typing.forget(event.room, event.from.id);
    if (event.type !== 'message') this.pending.tidy(conversation);
    if (this.conversations.isMine(event)) this.pending.arrived(conversation, event);
    else this.notice(conversation, event);
    this.drawSoon();
  }

  /** Something of another's: unread unless it is in view. */
  private notice(conversation: Conversation, event: ChatEvent): void {
    const open = conversation === this.current;
    if (!open || !this.log.atEnd || document.hidden) conversation.miss(event);
    if (!open) this.announce(event);
  }

  /** Draws once for all that comes together. */
  private drawSoon(): void {
    if (this.drawing) return;
    this.drawing = true;
    void Promise.resolve().then(() => {
      this.drawing = false;
      this.log.appended();
      this.showTyping();
      this.updateUnread();
    });
  }

  private hearSignal({ room, from, data }: SignalEvent): void {
    const typing = data !== null && typeof data === 'object' && 'typing' in data;
    if (typing && !this.conversations.isMine({ from })) this.typing.hear(room, from);
  }

  private open(conversation: Conversation, focus: boolean): void {
    this.current.freshFrom = '';
    this.current.onGone = () => undefined;
    this.current = conversation;
    conversation.onGone = (at, count) => this.log.gone(at, count);
    this.log.show({ entries: [], context: this.context(), wantOlder: () => undefined });
    this.log.show(this.source());
    this.pending.show(conversation);
    this.seen();
    showTitle(this.parts, conversation);
    this.aim();
    this.people.toggle(false);
    if (focus) this.composer.focus();
  }

  private source() {
    const view = this;
    return {
      get entries() { return view.current.entries; },
      get context() { return view.context(); },
      wantOlder: () => { void this.loadOlder(); },
    };
  }

  private context(): RowContext {
    const { texts } = this.parts;
    return { texts, isMine: (event) => this.conversations.isMine(event), freshFrom: this.current.freshFrom };
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

  private showTop(): void {
    showTop(this.parts, this.current);
  }

  private aim(): void {
    const { placeholder, possible } = addressee(this.current, this.members, this.parts.texts);
    this.composer.aim(placeholder, possible);
  }

  private send(text: string): void {
    this.typing.told();
    this.log.latest();
    this.pending.send(this.current, text);
    this.seen();
  }

  /** All of the open conversation has been looked at. */
  private seen(): void {
    if (document.hidden) return;
    this.current.read();
    this.updateUnread();
  }

  private updateUnread(): void {
    const { latest } = this.parts.log;
    const { unread } = this.current;
    const label = latest.querySelector('span');
    if (label) label.textContent = unread > 0 ? fill(this.parts.texts.newMessages, { n: unread }) : this.parts.texts.latest;
    latest.classList.toggle('some', unread > 0);
    latest.hidden = this.log.atEnd;
    this.showTop();
    this.updatePeople();
    this.tell();
  }

  private updatePeople(): void {
    const { user } = this.chat;
    const { members, current } = this;
    const { room, privates } = this.conversations;
    if (user) this.people.update({ members, ownId: user.id, room, privates, current });
  }

  /** The page may want to show the count in its title. */
  private tell(): void {
    const { host } = this.parts.root.getRootNode() as ShadowRoot;
    if (host) host.dispatchEvent(new CustomEvent('unread', { detail: this.conversations.unread() }));
  }

  /** Says aloud what comes into a conversation that is not open; the open log speaks for itself. */
  private announce(event: ChatEvent): void {
    if (event.type !== 'message') return;
    const { texts, announcer } = this.parts;
    announcer.textContent = fill(event.private ? texts.heardPrivately : texts.heard, { name: event.from.name });
    setTimeout(() => { announcer.textContent = ''; }, ANNOUNCED);
  }

  private showTyping(): void {
    this.parts.typing.textContent = this.typing.text(this.current.room, this.parts.texts);
  }
}
