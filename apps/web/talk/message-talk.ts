import type { ChatEvent, UserRef } from '../../../shared/protocol/events.js';
import type { ChatFailure } from '../client/api.js';
import { copyText } from '../element/dom/copy.js';
import { addStyle } from '../element/dom/style.js';
import type { MessageChoice } from '../element/moderation/load-tools.js';
import type { Talk, TalkDelegate } from '../element/talk/load-talk.js';
import { textsFrom } from '../element/texts.js';
import { Announcement } from './announcement.js';
import { Blocking } from './blocking.js';
import { Composing } from './composing.js';
import { refuseFiles } from './files.js';
import { MentionOffer } from './mention-offer.js';
import { MessageMenu } from './message-menu.js';
import { Offer } from './offer.js';
import { Reporting } from './reporting.js';
import css from './talk.css';
import { TALK_ENGLISH, type TalkTexts } from './texts.js';

/** Authors can change a message for so long, unless the host has set another time: then the server says so. */
const EDIT_MS = 15 * 60_000;

/** The menu of messages, answers and edits in the composer, and the offer of names. */
export class MessageTalk implements Talk {
  private readonly texts: TalkTexts;
  private readonly menu: MessageMenu;
  private readonly composing: Composing;
  private readonly reporting: Reporting;
  private readonly blocking: Blocking;
  private readonly offer: Offer;
  private readonly announcement: Announcement;

  constructor(private readonly delegate: TalkDelegate) {
    const { skeleton, write, settle, quoted, others } = delegate;
    addStyle(skeleton.root.getRootNode() as ShadowRoot, css);
    const texts = textsFrom(delegate.texts, TALK_ENGLISH);
    this.texts = texts;
    this.composing = new Composing(skeleton, texts, write, settle, quoted);
    this.reporting = new Reporting(delegate, texts);
    this.menu = new MessageMenu(skeleton, texts, {
      choices: (event) => this.choices(event),
      react: (event, emoji, on) => this.react(event, emoji, on),
    });
    new MentionOffer(skeleton, others);
    refuseFiles(skeleton, () => delegate.say(texts.noFiles));
    this.blocking = new Blocking(delegate, texts);
    this.offer = new Offer(delegate, texts);
    this.announcement = new Announcement(delegate, texts);
    const last = delegate.lastOffer();
    if (last) this.offer.receive(last);
  }

  get re(): string | undefined {
    return this.composing.re;
  }

  get isEditing(): boolean {
    return this.composing.edited !== undefined;
  }

  private get mayWrite(): boolean {
    return !this.delegate.skeleton.composer.input.disabled;
  }

  toggleMenu(event: ChatEvent, opener: HTMLElement, onlyReact: boolean): void {
    this.menu.toggle(event, opener, onlyReact);
  }

  reply(event: ChatEvent): void {
    if (this.mayWrite) this.composing.reply(event);
  }

  stop(): boolean {
    return this.composing.end();
  }

  react(event: ChatEvent, emoji: string, on: boolean): void {
    void this.sendReaction(event, emoji, on);
  }

  /** Sends the new text of the message that the user edits. Returns false if the user edits none. */
  sendEdit(text: string): boolean {
    const { edited } = this.composing;
    if (!edited) return false;
    this.composing.end();
    if (text !== edited.text) void this.edit(edited, text);
    return true;
  }

  /** Edits the user's last message, if it is new enough. */
  editLast(): void {
    const own = this.delegate.current().entries.filter(({ message }) => message && this.isChangeable(message));
    const last = own.pop()?.message;
    if (last && this.mayWrite) this.composing.edit(last);
  }

  /** Messages have been removed. */
  removed(): void {
    const conversation = this.delegate.current();
    const isGone = (id: string): boolean => !conversation.has(id);
    this.menu.removed(isGone);
    this.composing.removed(isGone);
  }

  block(user: UserRef, on: boolean): void {
    void this.blocking.set(user, on);
  }

  offered(event: ChatEvent): void {
    this.offer.receive(event);
  }

  /** Another conversation is open now. */
  close(): void {
    this.menu.close(false);
    this.composing.end();
  }

  /** The user cannot do anything any more. */
  end(): void {
    this.close();
    this.offer.hide();
    this.announcement.end();
  }

  private choices(event: ChatEvent): MessageChoice[] {
    const { delegate, mayWrite, texts, reporting } = this;
    const { text } = event;
    const choices: MessageChoice[] = [];
    if (mayWrite && event.type === 'message') {
      choices.push({ label: delegate.skeleton.texts.reply, act: () => this.composing.reply(event) });
      if (this.isChangeable(event)) choices.push({ label: texts.edit, act: () => this.composing.edit(event) });
    }
    if (text !== undefined) choices.push({ label: texts.copyText, act: (opener) => this.copy(text, opener) });
    if (!delegate.current().partner && event.type === 'message')
      choices.push({ label: texts.copyMessageLink, act: (opener) => this.copy(this.linkTo(event), opener) });
    if (this.isChangeable(event)) choices.push({ label: texts.unsay, danger: true, act: () => this.askUnsay(event) });
    if (delegate.current().partner) return choices;
    if (this.blocking.isPossible(event)) choices.push(this.blocking.choice(event.from));
    const tools = delegate.tools();
    if (tools) choices.push(...tools.choicesFor(event));
    else if (reporting.isPossible(event)) choices.push({ label: texts.report, act: () => reporting.ask(event) });
    return choices;
  }

  /** Only authors change their messages, and only for a while. */
  private isChangeable({ type, from, text, imported, at }: ChatEvent): boolean {
    const isOwn = from.id === this.delegate.chat.user?.id && type === 'message' && !imported;
    return isOwn && text !== undefined && this.delegate.now() - at < EDIT_MS;
  }

  private linkTo({ id }: ChatEvent): string {
    const { server, room } = this.delegate.chat;
    return `${server}/r/${encodeURIComponent(room)}#message=${id}`;
  }

  private copy(text: string, opener: HTMLElement): void {
    const { say, skeleton } = this.delegate;
    void copyText(text, opener).then((isDone) => say(isDone ? skeleton.texts.copied : text));
  }

  private async sendReaction(event: ChatEvent, emoji: string, on: boolean): Promise<void> {
    const conversation = this.delegate.current();
    const known = (): unknown => conversation.message(event.id)?.reactions;
    const before = known();
    try {
      const reactions = await this.delegate.chat.react(event.id, emoji, on, conversation.room);
      if (known() !== before) return; // an event that came meanwhile may be newer; another one brings this reaction
      conversation.amend(event.id, { ...event, type: 'reacted', reactions });
      this.delegate.redraw();
    } catch (failure) {
      this.tell(failure);
    }
  }

  private async edit(event: ChatEvent, text: string): Promise<void> {
    const { delegate, composing } = this;
    const conversation = delegate.current();
    try {
      await delegate.chat.edit(event.id, text, conversation.room);
    } catch (failure) {
      const isFree = !delegate.skeleton.composer.input.value && conversation === delegate.current();
      if (isFree) composing.edit(event, text);
      this.tell(failure);
    }
  }

  /** Asks first, because it cannot be undone. */
  private askUnsay({ id }: ChatEvent): void {
    const { texts } = this;
    const { room } = this.delegate.current();
    const act = (): unknown => this.delegate.chat.unsay(id, room).catch((failure: unknown) => this.tell(failure));
    this.delegate.ask(texts.unsayAsk, texts.unsay, act);
  }

  private tell(failure: unknown): void {
    const { reason } = failure as ChatFailure;
    const { whyForeign, whyLate } = this.texts;
    const why = { foreign: whyForeign, late: whyLate }[reason as string];
    this.delegate.say(why || this.delegate.denial(failure));
  }
}
