import type { ChatEvent } from '../../../../shared/protocol/events.js';
import type { Chat, ChatFailure, PendingMessage } from '../../client/api.js';
import { button, h, refill, remove } from '../dom/dom.js';
import { messageText } from '../log/message-text.js';
import { denialText } from '../status/denials.js';
import { fill, type Texts } from '../texts.js';
import type { Conversation } from './conversation.js';

interface Item {
  conversation: Conversation;
  text: string;
  /** The id of the message that it answers. */
  re: string | undefined;
  element: HTMLElement;
  /** The id in the log, after the server has accepted the message. */
  id: string;
}

/** This user's messages that are not in the log yet. */
export class Unsent {
  /** Called when the room refuses a message because this user is no longer in it. */
  onNotInRoom: () => void = () => undefined;
  private items: Item[] = [];

  /** `changed` is called after the height of the box has changed. */
  constructor(
    private readonly box: HTMLElement,
    private readonly chat: Chat,
    private readonly texts: Texts,
    private readonly changed: () => void,
  ) {}

  send(conversation: Conversation, text: string, re?: string): void {
    const element = h('div', { class: 'message mine waiting', part: 'message own' });
    const item = { conversation, text, re, element, id: '' };
    this.items.push(item);
    this.post(item);
  }

  /** Shows the messages of the open conversation. */
  show(conversation: Conversation): void {
    const shown = this.items.filter((item) => item.conversation === conversation);
    refill(this.box, ...shown.map((item) => item.element));
    this.changed();
  }

  /** A message of this user is in the log now. Removes the first item with its id or its text. */
  arrived(conversation: Conversation, event: ChatEvent): void {
    const id = event.held || event.id;
    const arrived = this.items.find(
      (item) => item.conversation === conversation && (item.id === id || (item.id === '' && item.text === event.text)),
    );
    if (arrived) this.drop(arrived);
  }

  /** Drops messages that were removed from the log before they arrived. */
  dropRemoved({ removed }: Conversation): void {
    for (const item of this.items) if (item.id && removed.has(item.id)) this.drop(item);
  }

  private post(item: Item): void {
    const { conversation, text, re } = item;
    const { slow } = conversation;
    this.draw(item, slow ? fill(this.texts.sendingSlow, { n: slow }) : this.texts.sending, []);
    this.show(conversation);
    const target: PendingMessage = conversation.partner ? { to: conversation.partner.id } : { room: conversation.room };
    this.chat.send({ text, ...(re && { re }), ...target }).then(
      ({ id, held, until }) => {
        item.id = id;
        if (conversation.has(id) || conversation.removed.has(id)) this.drop(item);
        else if (until) this.showDelayed(item);
        else if (held) this.showHeld(item);
      },
      (failure: ChatFailure) => this.showFailure(item, failure),
    );
  }

  /** To its author, a message that others see later is sent. */
  private showDelayed(item: Item): void {
    this.draw(item, this.texts.othersLater, []);
    item.element.classList.remove('waiting');
    this.changed();
  }

  /** Only users with a role see the message until it is approved. An older server does not say if it is rejected. */
  private showHeld(item: Item): void {
    this.draw(item, this.texts.waits, [plainButton(this.texts.hide, () => this.drop(item))]);
    item.element.classList.remove('failed');
    this.changed();
  }

  private showFailure(item: Item, failure: ChatFailure): void {
    const again = plainButton(this.texts.again, () => this.post(item));
    const discard = plainButton(this.texts.discard, () => this.drop(item));
    this.draw(item, fill(this.texts.notSent, { reason: denialText(failure, this.texts) }), [again, discard]);
    if (failure.code === 'not_in_room' && !item.conversation.partner) this.onNotInRoom();
    this.changed(); // last: it measures what all of this has left of the log
  }

  private draw(item: Item, note: string, buttons: HTMLElement[]): void {
    const bubble = h(
      'div',
      { class: 'bubble', part: 'bubble' },
      h('div', { class: 'text', dir: 'auto' }, ...messageText(item.text, this.texts)),
    );
    item.element.classList.toggle('failed', buttons.length > 0);
    refill(item.element, bubble, h('div', { class: 'note' }, note, h('span', { class: 'choices' }, ...buttons)));
  }

  private drop(item: Item): void {
    this.items = this.items.filter((other) => other !== item);
    remove(item.element);
    this.changed();
  }
}

const plainButton = (label: string, act: () => void): HTMLElement => button({ class: 'plain' }, act, label);
