import type { ChatEvent } from '../../../../shared/protocol/events.js';
import type { Chat, ChatFailure, Outgoing } from '../../client/api.js';
import type { Conversation } from '../conversations/conversation.js';
import { h, refill, remove } from '../dom/dom.js';
import { whyNot } from '../status/denials.js';
import { fill, type Texts } from '../texts.js';

interface Item {
  conversation: Conversation;
  text: string;
  element: HTMLElement;
  /** Its log id, once accepted. */
  id: string;
}

/** One's own messages between the key press and the log. */
export class Pending {
  /** Called when the room refuses who is no longer in it. */
  onOut: () => void = () => undefined;
  private items: Item[] = [];

  constructor(
    private readonly box: HTMLElement,
    private readonly chat: Chat,
    private readonly texts: Texts,
    private readonly changed: () => void,
  ) {}

  send(conversation: Conversation, text: string): void {
    const element = h('div', { class: 'message mine waiting', part: 'message own' });
    const item = { conversation, text, element, id: '' };
    this.items.push(item);
    this.post(item);
  }

  /** Shows those of the conversation that is open. */
  show(conversation: Conversation): void {
    const shown = this.items.filter((item) => item.conversation === conversation);
    refill(this.box, ...shown.map((item) => item.element));
    this.changed();
  }

  /** A message of one's own is in the log: the first that says the same has arrived. */
  arrived(conversation: Conversation, event: ChatEvent): void {
    const same = (item: Item): boolean =>
      item.id === (event.held || event.id) || (!item.id && item.text === event.text);
    const item = this.items.find((one) => one.conversation === conversation && same(one));
    if (item) this.drop(item);
  }

  /** Something was taken out of the log: nobody will see it arrive any more. */
  tidy({ gone }: Conversation): void {
    this.items.filter((item) => item.id && gone.has(item.id)).forEach((item) => this.drop(item));
  }

  private post(item: Item): void {
    const { conversation, text } = item;
    const { slow } = conversation;
    this.draw(item, slow ? fill(this.texts.sendingSlow, { n: slow }) : this.texts.sending, []);
    this.show(conversation);
    const target: Outgoing = conversation.partner ? { to: conversation.partner.id } : { room: conversation.room };
    this.chat.send({ text, ...target }).then(
      ({ id, held }) => {
        item.id = id;
        if (conversation.has(id) || conversation.gone.has(id)) this.drop(item);
        else if (held) this.waits(item);
      },
      (failure: ChatFailure) => this.failed(item, failure),
    );
  }

  /** It is shown to nobody until it is approved; that it is not is never told. */
  private waits(item: Item): void {
    this.draw(item, this.texts.waits, [this.button(this.texts.hide, () => this.drop(item))]);
    item.element.classList.remove('failed');
    this.changed();
  }

  private button(label: string, act: () => void): HTMLElement {
    const button = h('button', { type: 'button', class: 'plain' }, label);
    button.addEventListener('click', act);
    return button;
  }

  private failed(item: Item, failure: ChatFailure): void {
    const again = this.button(this.texts.again, () => this.post(item));
    const discard = this.button(this.texts.discard, () => this.drop(item));
    this.draw(item, fill(this.texts.notSent, { reason: whyNot(failure, this.texts) }), [again, discard]);
    if (failure.code === 'not_in_room' && !item.conversation.partner) this.onOut();
    this.changed(); // last: it goes by what all of this has left of the log
  }

  private draw(item: Item, note: string, buttons: HTMLElement[]): void {
    const bubble = h('div', { class: 'bubble', part: 'bubble' }, h('div', { class: 'text', dir: 'auto' }, item.text));
    item.element.classList.toggle('failed', buttons.length > 0);
    refill(item.element, bubble, h('div', { class: 'note' }, note, h('span', { class: 'choices' }, ...buttons)));
  }

  private drop(item: Item): void {
    this.items = this.items.filter((one) => one !== item);
    remove(item.element);
    this.changed();
  }
}
