import type { ChatEvent, SignalEvent, UserRef } from '../../../shared/protocol/events.js';
import type { Chat, ChatFailure, Ready, ServerChange } from '../client/api.js';
import { Attention } from './attention/attention.js';
import { Banner } from './banner.js';
import { Composer, composerState } from './composer.js';
import type { Conversation } from './conversations/conversation.js';
import { Conversations } from './conversations/conversations.js';
import { Drafts } from './conversations/drafts.js';
import { OpenConversation } from './conversations/open-conversation.js';
import { tellUnread } from './conversations/unread-event.js';
import { Unsent } from './conversations/unsent.js';
import { refill } from './dom/dom.js';
import { called, filled } from './dom/sentence.js';
import { showBlock, showLatest, showTitle } from './heading.js';
import { Clock, timeOf } from './log/clock.js';
import { linked } from './log/links.js';
import type { LogView } from './log/log-view.js';
import { type MessageActs, messageButtons } from './log/message-buttons.js';
import { plainText } from './log/plain-text.js';
import { quotedText } from './log/quote.js';
import type { ReactionActs } from './log/reactions.js';
import { Moderation, type ModerationDelegate, type PageOptions } from './moderation/moderation.js';
import { namesUser } from './people/mentions.js';
import { OwnName } from './people/own-name.js';
import { PeopleView } from './people/people-view.js';
import { Recount } from './people/recount.js';
import { RoomMembers } from './people/room-members.js';
import { Typing } from './people/typing.js';
import { messageInAddress } from './search/address.js';
import { LazySearch } from './search/load-search.js';
import type { Skeleton } from './skeleton.js';
import { announce } from './status/announce.js';
import { denialText } from './status/denials.js';
import { StatusView } from './status/status-view.js';
import { loadTalk, type Talk, type TalkDelegate } from './talk/load-talk.js';

/** The chat on the page: receives what the library reports, and shows the open conversation. */
export class ChatView {
  private readonly conversations: Conversations;
  private willDraw = false;
  private isDisabled = false;
  private readonly members = new RoomMembers();
  private readonly recount: Recount;
  private readonly clock = new Clock();
  private readonly moderation: Moderation;
  private readonly openConversation: OpenConversation;
  private readonly status: StatusView;
  private readonly unsent: Unsent;
  private readonly people: PeopleView;
  private readonly ownName: OwnName;
  private readonly composer: Composer;
  private readonly drafts: Drafts;
  /** Is loaded when the room is open. */
  private talk: Talk | null = null;
  private talkLoading: Promise<void> | null = null;
  private lastOffer: ChatEvent | null = null;
  private readonly typing: Typing;
  private readonly banner: Banner;
  private readonly attention: Attention;
  private readonly search: LazySearch;

  constructor(
    private readonly skeleton: Skeleton,
    private readonly chat: Chat,
    private readonly options: PageOptions,
    restart: () => void,
    private readonly enterAs: (name: string) => void,
  ) {
    this.conversations = new Conversations(chat);
    this.recount = new Recount(chat);
    this.status = new StatusView(skeleton, chat, restart);
    this.moderation = new Moderation(skeleton, chat, options, this.moderationDelegate(restart));
    const { roleState } = this.moderation;
    const acts: MessageActs & ReactionActs = {
      toggleMenu: (event, opener, onlyReact) => this.withTalk((talk) => talk.toggleMenu(event, opener, onlyReact)),
      reply: (event) => this.withTalk((talk) => talk.reply(event)),
      react: (event, emoji, on) => this.withTalk((talk) => talk.react(event, emoji, on)),
      tell: (text) => this.status.showBriefly(text),
    };
    const toolsFor = (event: ChatEvent, bubble: HTMLElement): Node[] =>
      this.isDisabled ? [] : messageButtons(event, bubble, skeleton.texts, acts);
    const roles = { toolsFor, reactionActs: acts, roleOf: (id: number) => roleState.roleOf(id) };
    const isMention = (event: ChatEvent): boolean => this.isMention(event);
    this.openConversation = new OpenConversation(skeleton, chat, this.conversations, this.clock, {
      ...roles,
      isMention,
      images: options.images,
    });
    this.banner = new Banner(skeleton, chat, () => this.log.settle());
    this.log.onEndChange = () => (this.log.atEnd ? this.markSeen() : this.updateUnread());
    this.unsent = new Unsent(skeleton.log.unsent, chat, skeleton.texts, () => this.log.settle());
    this.people = new PeopleView(skeleton, {
      choose: (partner) => this.open(this.conversations.with(partner), true),
      roleOf: (id) => roleState.roleOf(id),
      mayWriteTo: (id) => roleState.mayWriteTo(id),
      toolsFor: (user) => (this.tools ? this.tools.forPerson(user) : []),
    });
    this.ownName = new OwnName(skeleton, chat);
    this.composer = new Composer(skeleton, {
      send: (text) => this.send(text),
      typing: () => this.typing.tell(this.current),
      escape: () => Boolean(this.talk?.stop()),
      editLast: () => this.talk?.editLast(),
      resize: (act) => this.log.resize(act),
    });
    const { input } = skeleton.composer;
    this.drafts = new Drafts(chat.room);
    this.composer.write(this.drafts.read(chat.room));
    input.addEventListener('input', () => {
      if (!this.talk?.isEditing) this.drafts.write(this.current.room, input.value);
    });
    this.typing = new Typing(chat, () => this.showTyping());
    const parts = {
      chat,
      skeleton,
      texts: options.texts,
      say: (text: string) => this.status.showBriefly(text),
    };
    const notices = {
      ...parts,
      show: ({ private: isPrivate, from }: ChatEvent) =>
        this.open(this.conversations.with(isPrivate ? from : null), true),
    };
    this.attention = new Attention(notices, options);
    const reading = {
      ...parts,
      known: () => this.current,
      readOlder: () => this.openConversation.readOlder(),
      goTo: (id: string) => this.openConversation.goTo(id),
      plainText,
    };
    this.search = new LazySearch(reading, options);
    this.clock.onDay = () => this.dayChanged();
    this.unsent.onNotInRoom = () => this.status.showRemoval();
    skeleton.log.latest.addEventListener('click', () => {
      this.log.latest();
      this.markSeen();
    });
    skeleton.header.block.addEventListener('click', () => {
      const { partner } = this.current;
      if (partner) this.withTalk((talk) => talk.block(partner, !chat.blocked.includes(partner.id)));
    });
    skeleton.header.back.addEventListener('click', () => this.open(this.conversations.room, true));
    document.addEventListener('visibilitychange', this.onVisible);
    window.addEventListener('hashchange', this.goToAddressed);
    this.listen();
  }

  private get current(): Conversation {
    return this.openConversation.current;
  }
  private get log(): LogView {
    return this.openConversation.log;
  }
  private get tools(): Moderation['tools'] {
    return this.moderation.tools;
  }
  /** Asks the document that the element is in. It may be another one than the script's. */
  private get isLookedAt(): boolean {
    const { root } = this.skeleton;
    return this.log.inView && !root.hidden && !root.ownerDocument.hidden; // the log learns later that the chat is closed
  }

  private moderationDelegate(restart: () => void): ModerationDelegate {
    return {
      restart,
      clock: this.clock,
      members: this.members,
      redraw: () => {
        this.log.redraw();
        this.updatePeople();
      },
      redrawPeople: () => this.updatePeople(),
      settle: () => this.log.settle(),
      permissionsChanged: () => this.permissionsChanged(),
      say: (text) => this.status.showBriefly(text),
    };
  }

  private talkDelegate(): TalkDelegate {
    const { skeleton, chat, status, moderation, conversations } = this;
    const { roleState } = moderation;
    return {
      chat,
      skeleton,
      texts: this.options.texts,
      current: () => this.current,
      tools: () => this.tools,
      mayReport: (event) => !conversations.isMine(event) && !roleState.role && !roleState.roleOf(event.from.id),
      others: () => (this.current.partner ? [] : this.others()),
      canOwn: this.options.tools,
      lastOffer: () => this.lastOffer,
      owned: () => moderation.owned(),
      permissionsChanged: () => this.permissionsChanged(),
      now: () => this.clock.now,
      write: (text) => this.composer.write(text),
      say: (text, action) => status.showBriefly(text, action),
      ask: (question, label, act) => status.ask(question, { label, act }),
      denial: (failure) => denialText(failure as ChatFailure, skeleton.texts),
      redraw: () => this.log.appended(),
      settle: () => this.log.settle(),
      quoted: (event) => quotedText(event, skeleton.texts),
      plainText,
      linked,
    };
  }

  /** Does something with a message when the code for that is there. */
  private withTalk(act: (talk: Talk) => void): void {
    if (this.talk) act(this.talk);
    else
      void this.loadTalk().then(() => {
        if (this.talk) act(this.talk);
        else this.status.showBriefly(this.skeleton.texts.noTalk);
      });
  }

  private loadTalk(): Promise<void> {
    const load = async (): Promise<void> => {
      this.talk = await loadTalk(this.talkDelegate(), this.options);
      if (!this.talk) this.talkLoading = null; // the next click tries again
    };
    this.talkLoading = this.talkLoading || load();
    return this.talkLoading;
  }

  /** The owner may have offered the room to this user. */
  private noteOffer(event: ChatEvent): void {
    if (event.room !== this.chat.room || !/^(offered|owned)$/.test(event.type)) return;
    this.lastOffer = event;
    this.talk?.offered(event);
  }

  /** The room is open. Says so if the user has another name there than typed. */
  showName(typed: string): void {
    const { name = typed } = this.chat.user || {};
    const { otherName } = this.skeleton.texts;
    if (name !== typed) this.status.showBriefly(filled(otherName, { name: called(typed), own: called(name) }));
  }

  /** The chat has gone over to another server. `away`: it is not the first of the list. */
  showMove(change: ServerChange, away: boolean): void {
    this.status.showMove(change, away);
  }

  /** Stops all timers, and removes all listeners outside the element. */
  end(): void {
    this.clock.end();
    this.recount.end();
    this.talk?.end();
    this.moderation.end();
    this.banner.end();
    this.attention.end();
    this.search.end();
    window.removeEventListener('hashchange', this.goToAddressed);
    document.removeEventListener('visibilitychange', this.onVisible);
  }

  private readonly onVisible = (): void => {
    if (this.log.atEnd) this.markSeen();
  };

  /** Shows the message that the page's address names. */
  private readonly goToAddressed = async (): Promise<void> => {
    const id = this.chat.user && messageInAddress(this.chat.room);
    if (!id) return;
    if (this.current.partner) this.open(this.conversations.room, false);
    if (!(await this.openConversation.goTo(id))) this.status.showBriefly(this.skeleton.texts.quoteGone);
  };

  private listen(): void {
    this.chat.on('ready', (ready) => this.begin(ready));
    this.chat.on('event', (event) => this.receive(event));
    this.chat.on('gap', ({ room }) => void this.reread(room));
    this.chat.on('error', ({ reason }) => {
      this.disable();
      if (reason === 'name') this.ownName.ask(this.enterAs);
    });
    this.chat.on('members', ({ room, members, count }) => {
      if (room === this.chat.room) this.membersChanged(members, count);
    });
  }

  private begin(ready: Ready): void {
    this.clock.begin(timeOf(ready));
    this.conversations.begin(ready.history);
    this.conversations.room.addOlder(ready.history);
    this.moderation.begin(ready);
    for (const event of ready.history) this.noteOffer(event);
    this.conversations.room.slow = this.moderation.roleState.rules.slow;
    this.membersChanged(ready.members, ready.more && (ready.count || ready.members.length));
    this.open(this.conversations.room, false);
    void this.goToAddressed();
    void this.loadTalk();
  }

  /** `count`: how many members there are, if `members` does not name all. */
  private membersChanged(members: UserRef[], count: number | undefined): void {
    this.conversations.noteOwnId();
    this.members.update(members, count, this.chat.user);
    this.moderation.membersChanged();
    this.ownName.update();
    this.updatePeople();
    this.updateComposer();
  }

  private receive(event: ChatEvent | SignalEvent): void {
    this.clock.observe(event.at);
    if (event.type === 'signal') this.receiveSignal(event);
    else this.receiveStored(event);
  }

  /** Receives an event of a log. */
  private receiveStored(event: ChatEvent): void {
    if (event.room === this.chat.room) this.members.apply(event);
    this.moderation.receive(event);
    this.noteOffer(event);
    if (this.moderation.isOwnRemoval(event)) this.removed(event);
    const conversation = this.conversations.add(event, this.members.known);
    if (!conversation) return;
    this.typing.forget(event.room, event.from.id);
    if (event.type === 'edited') this.openConversation.quotes.edited(event);
    if (event.type !== 'message') this.unsent.dropRemoved(conversation);
    if (event.type === 'removed' || event.type === 'cleared') this.talk?.removed();
    if (this.conversations.isMine(event)) this.unsent.arrived(conversation, event);
    else this.noteUnread(conversation, event);
    this.drawSoon();
  }

  private async reread(room: string): Promise<void> {
    await this.conversations.find(room)?.reread(this.chat);
    this.drawSoon();
  }

  /** "Today" is another day now. */
  private dayChanged(): void {
    this.log.refresh();
    this.moderation.dayChanged();
  }

  /** This user has been kicked or banned. */
  private removed(event: ChatEvent): void {
    this.status.showRemoval(event);
    this.disable();
  }

  /** The user cannot write or do anything here any more. */
  private disable(): void {
    this.isDisabled = true;
    this.talk?.end();
    this.recount.end();
    this.moderation.end();
    this.log.redraw();
    this.updateComposer();
  }

  /** An event of another user is unread unless it is in view. */
  private noteUnread(conversation: Conversation, event: ChatEvent): void {
    const isOpen = conversation === this.current;
    const isMention = this.isMention(event);
    if (!isOpen || !this.log.atEnd || !this.isLookedAt) conversation.addUnread(event, isMention);
    this.attention.heard(event, isMention);
    if (!isOpen) announce(event, this.skeleton);
  }

  /** Returns whether another user's message names this user. */
  private isMention(event: ChatEvent): boolean {
    const { conversations } = this;
    if (!event.text || conversations.isMine(event)) return false;
    const names = this.others().map(({ name }) => name);
    return namesUser(event.text, conversations.ownNames, names);
  }

  /** Returns the other people in the room, as far as they are known. */
  private others(): UserRef[] {
    return this.members.known.filter((user) => !this.conversations.isMine({ from: user }));
  }

  /** Draws once for all events that come together. */
  private drawSoon(): void {
    if (this.willDraw) return;
    this.willDraw = true;
    void Promise.resolve().then(() => {
      this.willDraw = false;
      this.log.appended();
      this.showTyping();
      this.updateUnread();
    });
  }

  private receiveSignal({ room, from, data }: SignalEvent): void {
    const isTyping = data !== null && typeof data === 'object' && 'typing' in data;
    if (isTyping && !this.conversations.isMine({ from })) this.typing.receive(room, from);
  }

  private open(conversation: Conversation, withFocus: boolean): void {
    this.talk?.close();
    this.search.close();
    this.openConversation.open(conversation);
    this.composer.write(this.drafts.read(conversation.room));
    this.unsent.show(conversation);
    this.markSeen();
    this.showTitle();
    this.updateComposer();
    this.people.toggle(false);
    if (withFocus) this.composer.focus();
  }

  /** This user may do other things now, or do them to other people. */
  private permissionsChanged(): void {
    this.recount.update(this.moderation.roleState.isHeld);
    this.showTitle();
    this.log.refresh(); // messages show the roles of their authors
    this.updateComposer();
    this.updatePeople();
  }

  private updateComposer(): void {
    const { skeleton, chat, members, moderation, isDisabled } = this;
    const state = composerState(this.current, members, moderation.roleState, skeleton.texts, chat.blocked);
    this.composer.update(isDisabled ? '' : state.placeholder, state.enabled && !isDisabled);
  }

  private send(text: string): void {
    if (this.isFirst() && this.ownName.askFirst(() => this.composer.submit())) {
      this.composer.write(text);
      return;
    }
    this.typing.sent();
    if (this.talk?.sendEdit(text)) return;
    this.drafts.write(this.current.room, '');
    this.log.latest();
    this.unsent.send(this.current, text, this.talk?.re);
    this.talk?.stop();
    this.markSeen();
  }

  /** The user has not written anything here, as far as the log is known. */
  private isFirst(): boolean {
    return !this.current.entries.some(({ message }) => message && this.conversations.isMine(message));
  }

  /** The user has seen everything in the open conversation, if the page is in view. */
  private markSeen(): void {
    if (!this.isLookedAt) return;
    this.current.markRead();
    this.updateUnread();
  }

  private updateUnread(): void {
    showLatest(this.skeleton, this.current, this.log.atEnd);
    this.openConversation.showTop();
    this.updatePeople();
    tellUnread(this.skeleton, this.conversations);
  }

  private updatePeople(): void {
    const { user, blocked } = this.chat;
    const { members, current } = this;
    const { room, privates } = this.conversations;
    if (user) this.people.update({ members, ownId: user.id, room, privates, current, blocked });
  }

  private showTitle(): void {
    showTitle(this.skeleton, this.current, this.moderation.shownRole);
    showBlock(this.skeleton, this.current, this.chat.blocked);
    this.banner.update(!this.current.partner, this.moderation.shownRole !== undefined);
  }

  private showTyping(): void {
    refill(this.skeleton.typing, ...this.typing.sentence(this.current.room, this.skeleton.texts));
  }
}
