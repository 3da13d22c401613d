import type { ChatEvent, SignalEvent, UserRef } from '../../../shared/protocol/events.js';
import type { Chat, Ready } from '../client/api.js';
import { Composer } from './composer.js';
import { Blocking } from './conversations/blocking.js';
import type { Conversation } from './conversations/conversation.js';
import { Conversations } from './conversations/conversations.js';
import { refill } from './dom/dom.js';
import type { Skeleton } from './dom/skeleton.js';
import { Clock, timeOf } from './log/clock.js';
import type { LogView } from './log/log-view.js';
import { Pending } from './log/pending.js';
import { Reader } from './log/reader.js';
import { type Given, RoomOrder, type RoomOrderHost } from './moderation/moderation.js';
import { Crowd } from './people/crowd.js';
import { Naming } from './people/own-name.js';
import { PeopleView } from './people/people-view.js';
import { Typing } from './people/typing.js';
import { announce, tellUnread } from './status/announce.js';
import { addressee, showLatest, showTitle } from './status/heading.js';
import { StatusView } from './status/status.js';

/** The chat on the page: takes what the library says and shows the conversation that is open. */
export class ChatView {
  private readonly conversations: Conversations;
  private drawing = false;
  private isOut = false;
  private readonly crowd = new Crowd();
  private readonly clock = new Clock();
  private readonly order: RoomOrder;
  private readonly reader: Reader;
  private readonly status: StatusView;
  private readonly pending: Pending;
  private readonly people: PeopleView;
  private readonly naming: Naming;
  private readonly composer: Composer;
  private readonly typing: Typing;
  private readonly blocking: Blocking;

  constructor(
    private readonly parts: Skeleton,
    private readonly chat: Chat,
    given: Given,
    restart: () => void,
  ) {
    this.conversations = new Conversations(chat);
    this.status = new StatusView(parts, chat, restart);
    this.blocking = new Blocking(parts, chat, this.status, () => this.turned());
    this.order = new RoomOrder(parts, chat, given, this.orderHost(restart));
    this.reader = new Reader(parts, chat, this.conversations, this.order, this.clock);
    this.log.onTurn = () => (this.log.atEnd ? this.seen() : this.updateUnread());
    this.pending = new Pending(parts.log.pending, chat, parts.texts, () => this.log.settle());
    this.people = new PeopleView(parts, this.order, (partner) => this.open(this.conversations.with(partner), true));
    this.naming = new Naming(parts, chat);
    this.composer = new Composer(parts, {
      send: (text) => this.send(text),
      typing: () => this.typing.tell(this.current),
      resize: (act) => this.log.resize(act),
    });
    this.typing = new Typing(chat, () => this.showTyping());
    this.clock.onDay = () => this.turnDay();
    this.pending.onOut = () => this.status.out();
    parts.log.latest.addEventListener('click', () => {
      this.log.latest();
      this.seen();
    });
    parts.header.back.addEventListener('click', () => this.open(this.conversations.room, true));
    document.addEventListener('visibilitychange', this.onVisible);
    this.listen();
  }

  private get current(): Conversation {
    return this.reader.current;
  }
  private get log(): LogView {
    return this.reader.log;
  }
  /** In the document it is in, which may be another than the script's. */
  private get isLookedAt(): boolean {
    return this.log.inView && !this.parts.root.ownerDocument.hidden;
  }

  private orderHost(restart: () => void): RoomOrderHost {
    return {
      restart,
      clock: this.clock,
      crowd: this.crowd,
      redraw: () => {
        this.log.redraw();
        this.updatePeople();
      },
      redrawPeople: () => this.updatePeople(),
      settle: () => this.log.settle(),
      turned: () => this.turned(),
      say: (text) => this.status.pass(text),
    };
  }

  /** Lets go of what is outside of the element. */
  end(): void {
    this.clock.end();
    this.order.end();
    document.removeEventListener('visibilitychange', this.onVisible);
  }

  private readonly onVisible = (): void => {
    if (this.log.atEnd) this.seen();
  };

  private listen(): void {
    this.chat.on('ready', (ready) => this.begin(ready));
    this.chat.on('event', (event) => this.take(event));
    this.chat.on('error', () => this.shut());
    this.chat.on('members', ({ room, members, count }) => {
      if (room === this.chat.room) this.meet(members, count);
    });
  }

  private begin(ready: Ready): void {
    this.clock.begin(timeOf(ready));
    this.conversations.begin();
    this.conversations.room.addOlder(ready.history);
    this.order.begin(ready);
    this.conversations.room.slow = this.order.standing.rules.slow;
    this.meet(ready.members, ready.more && (ready.count || ready.members.length));
    this.open(this.conversations.room, false);
  }

  /** `count`: how many there are, where `members` are not all. */
  private meet(members: UserRef[], count: number | undefined): void {
    this.conversations.noteSelf();
    this.crowd.meet(members, count, this.chat.user);
    this.order.met();
    this.naming.update();
    this.updatePeople();
    this.aim();
  }

  private take(event: ChatEvent | SignalEvent): void {
    this.clock.hear(event.at);
    if (event.type === 'signal') return this.hearSignal(event);
    if (event.room === this.chat.room) this.crowd.hear(event);
    this.order.hear(event);
    if (this.order.tellsOut(event)) this.out(event);
    const conversation = this.conversations.take(event, this.crowd.members);
    if (!conversation) return;
    this.typing.forget(event.room, event.from.id);
    if (event.type !== 'message') this.pending.tidy(conversation);
    if (this.conversations.isMine(event)) this.pending.arrived(conversation, event);
    else this.notice(conversation, event);
    this.drawSoon();
  }

  /** "Today" is another day now. */
  private turnDay(): void {
    this.log.refresh();
    this.order.refresh();
  }

  private out(event: ChatEvent): void {
    this.status.out(event);
    this.shut();
  }

  /** Nothing can be written or done here any more. */
  private shut(): void {
    this.isOut = true;
    this.order.end();
    this.aim();
  }

  /** Something of another's: unread unless it is in view. */
  private notice(conversation: Conversation, event: ChatEvent): void {
    const open = conversation === this.current;
    if (!open || !this.log.atEnd || !this.isLookedAt) conversation.miss(event);
    if (!open) announce(event, this.parts);
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
    this.reader.open(conversation);
    this.pending.show(conversation);
    this.seen();
    this.showTitle();
    this.aim();
    this.people.toggle(false);
    if (focus) this.composer.focus();
  }

  /** What this user may do, and to whom, has changed. */
  private turned(): void {
    this.showTitle();
    this.aim();
    this.updatePeople();
  }

  private aim(): void {
    const { placeholder, possible } = addressee(
      this.current,
      this.crowd,
      this.order.standing,
      this.parts.texts,
      this.chat.blocked,
    );
    this.composer.aim(this.isOut ? '' : placeholder, possible && !this.isOut);
  }

  private send(text: string): void {
    this.typing.told();
    this.log.latest();
    this.pending.send(this.current, text);
    this.seen();
  }

  /** All of the open conversation has been looked at. */
  private seen(): void {
    if (!this.isLookedAt) return;
    this.current.read();
    this.updateUnread();
  }

  private updateUnread(): void {
    showLatest(this.parts, this.current, this.log.atEnd);
    this.reader.showTop();
    this.updatePeople();
    tellUnread(this.parts, this.conversations.unread());
  }

  private updatePeople(): void {
    const { user } = this.chat;
    const { crowd, current } = this;
    const { room, privates } = this.conversations;
    if (user) this.people.update({ crowd, ownId: user.id, room, privates, current, blocked: this.chat.blocked });
  }

  private showTitle(): void {
    showTitle(this.parts, this.current, this.order.duty);
    this.blocking.show(this.current);
  }

  private showTyping(): void {
    refill(this.parts.typing, ...this.typing.parts(this.current.room, this.parts.texts));
  }
}
