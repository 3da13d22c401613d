import { privateRoomUsers, type ChatEvent, type SignalEvent, type UserRef } from '../../../shared/protocol/events.js';
import type { Chat, Ready } from '../client/api.js';
import { Composer } from './composer.js';
import { Conversation } from './conversation.js';
import { LogView } from './log-view.js';
import { Naming } from './naming.js';
import { Pending } from './pending.js';
import { PeopleView } from './people-view.js';
import type { RowContext } from './rows.js';
import type { Skeleton } from './skeleton.js';
import { StatusView } from './status.js';
import { Talks } from './talks.js';
import { fill } from './texts.js';
import { Typing } from './typing.js';

/** ms after which what was said aloud is taken away, so that nobody comes across it again. */
const ANNOUNCED = 3_000;

/** The chat on the page: takes what the library says and shows the conversation that is open. */
export class ChatView {
  private readonly room: Conversation;
  private readonly privates = new Map<number, Conversation>();
  private current: Conversation;
  private drawing = false;
  private members: UserRef[] = [];
  private readonly ownIds = new Set<number>();
  private readonly log: LogView;
  private readonly pending: Pending;
  private readonly people: PeopleView;
  private readonly naming: Naming;
  private readonly composer: Composer;
  private readonly typing: Typing;
  private readonly talks: Talks;

  constructor(private readonly parts: Skeleton, private readonly chat: Chat, restart: () => void) {
    this.room = this.current = new Conversation(chat.room, null);
    this.log = new LogView(parts.log.box, parts.log.rows);
    this.log.onTurn = () => (this.log.atEnd ? this.seen() : this.updateUnread());
    this.pending = new Pending(parts.log.pending, chat, parts.texts, () => this.log.settle());
    this.people = new PeopleView(parts, (partner) => this.open(this.conversationWith(partner), true));
    this.naming = new Naming(parts, chat);
    this.composer = new Composer(parts, { send: (text) => this.send(text), typing: () => this.typing.tell(this.current) });
    this.typing = new Typing(chat, () => this.showTyping());
    this.talks = new Talks(chat);
    new StatusView(parts, chat, restart);
    parts.log.latest.addEventListener('click', () => { this.log.latest(); this.seen(); });
    parts.header.back.addEventListener('click', () => this.open(this.room, true));
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
    this.chat.on('members', ({ room, members }) => { if (room === this.room.room) this.meet(members); });
  }

  private begin({ user, members, history }: Ready): void {
    this.ownIds.add(user.id);
    this.room.prepend(history);
    this.talks.read().forEach((partner) => { this.conversationWith(partner).complete = false; });
    this.meet(members);
    this.open(this.room, false);
  }

  private meet(members: UserRef[]): void {
    if (this.chat.user) this.ownIds.add(this.chat.user.id);
    this.members = members;
    this.naming.update();
    this.updatePeople();
    this.aim();
  }

  private take(event: ChatEvent | SignalEvent): void {
    if (event.type === 'signal') return this.hearSignal(event);
    const conversation = this.conversationOf(event);
    if (!conversation) return;
    if (conversation.partner && conversation.entries.length === 0) this.talks.add(conversation.partner);
    conversation.append(event);
    this.typing.forget(event.room, event.from.id);
    const mine = this.ownIds.has(event.from.id);
    if (mine) this.pending.arrived(conversation, event);
    const seen = conversation === this.current && this.log.atEnd && !document.hidden;
    if (!seen && !mine) conversation.miss(event);
    if (!mine && conversation !== this.current) this.announce(event);
    this.drawSoon();
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
    if (typing && !this.ownIds.has(from.id)) this.typing.hear(room, from);
  }

  /** The room's own, or the private one that an event belongs to; other rooms the page may have entered are not shown. */
  private conversationOf(event: ChatEvent): Conversation | null {
    if (event.room === this.room.room) return this.room;
    const users = privateRoomUsers(event.room);
    const { user } = this.chat;
    if (!users || !user) return null;
    const other = users[0] === user.id ? users[1] : users[0];
    const known = this.members.find((member) => member.id === other);
    return this.conversationWith(event.from.id === other ? event.from : known || { id: other, name: `#${other}` });
  }

  private conversationWith(partner: UserRef | null): Conversation {
    if (!partner || !this.chat.user) return this.room;
    const known = this.privates.get(partner.id);
    if (known) return known;
    const ids = [this.chat.user.id, partner.id].sort((a, b) => a - b);
    const made = new Conversation(ids.join(':'), partner);
    made.complete = true; // nothing was said before, as far as this page knows
    this.privates.set(partner.id, made);
    return made;
  }

  private open(conversation: Conversation, focus: boolean): void {
    this.current.freshFrom = '';
    this.current = conversation;
    this.log.show({ entries: [], context: this.context(), wantOlder: () => undefined });
    this.log.show(this.source());
    this.pending.show(conversation);
    this.seen();
    this.showTitle();
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
    return { texts, isMine: (event) => this.ownIds.has(event.from.id), freshFrom: this.current.freshFrom };
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
    const { texts, log } = this.parts;
    const { complete, loading, entries, partner } = this.current;
    const messages = entries.some((entry) => entry.message);
    log.top.textContent = loading && messages ? texts.loading : complete && messages ? texts.start : '';
    log.empty.textContent = partner ? texts.emptyPrivate : texts.empty;
    log.empty.hidden = messages || !complete;
  }

  private showTitle(): void {
    const { header, texts } = this.parts;
    const { partner, room } = this.current;
    header.title.textContent = partner ? partner.name : room;
    header.title.classList.toggle('room', !partner);
    header.subtitle.textContent = partner ? texts.onlyYouTwo : '';
    header.back.hidden = !partner;
  }

  private aim(): void {
    const { partner } = this.current;
    const { texts } = this.parts;
    const here = !partner || this.members.some((member) => member.id === partner.id);
    const text = partner ? fill(texts.placeholderPrivate, { name: partner.name }) : texts.placeholder;
    this.composer.aim(here || !partner ? text : `${partner.name} ${texts.gone}`, here);
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
    const { members, room, privates, current } = this;
    if (user) this.people.update({ members, ownId: user.id, room, privates, current });
  }

  /** The page may want to show the count in its title. */
  private tell(): void {
    const unread = [this.room, ...Array.from(this.privates.values())].reduce((sum, talk) => sum + talk.unread, 0);
    const host = (this.parts.root.getRootNode() as ShadowRoot).host;
    if (host) host.dispatchEvent(new CustomEvent('unread', { detail: unread }));
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
