import { h, insert, refill, remove } from '../element/dom/dom.js';
import type { Actions } from './actions.js';
import { Confirm } from './confirm.js';
import { MemberMenu } from './member-menu.js';
import { actionButton, box, type Section } from './section.js';

/** Actions that cannot be undone: clearing the room and handing it over. */
export class DangerZone implements Section {
  readonly element: HTMLElement;
  private readonly receiver = h('select', {});
  private readonly handOverForm: HTMLElement;
  private readonly handOverButton: HTMLButtonElement;
  private readonly clearButton: HTMLButtonElement;
  private readonly title: HTMLElement | null;
  private confirm: Confirm | null = null;

  constructor(private readonly actions: Actions) {
    const { texts } = actions;
    this.clearButton = actionButton(texts.clear, 'danger', () =>
      this.ask(this.clearButton, (menu) => menu.ask([texts.clearAsk], texts.clear, 'clear')),
    );
    this.handOverButton = actionButton(texts.handOver, '', () => this.handOver());
    this.handOverForm = h(
      'div',
      { class: 'hand-over' },
      h('label', {}, h('span', { class: 'row-name' }, texts.handTo), this.receiver),
      this.handOverButton,
    );
    this.element = box(texts.ending, this.handOverForm, this.clearButton);
    this.title = this.element.querySelector('h3');
  }

  update(): void {
    const { delegate, ownId, isOwner, texts } = this.actions;
    if (this.title) this.title.textContent = isOwner ? texts.ending : texts.clearing;
    const others = delegate.members.known.filter(({ id }) => id !== ownId);
    const { value } = this.receiver;
    refill(this.receiver, ...others.map((user) => h('option', { value: String(user.id), dir: 'auto' }, user.name)));
    if (others.some(({ id }) => String(id) === value)) this.receiver.value = value;
    this.handOverForm.hidden = !isOwner || others.length === 0;
  }

  private handOver(): void {
    const user = this.actions.delegate.members.known.find(({ id }) => String(id) === this.receiver.value);
    if (user) this.ask(this.handOverButton, (menu) => menu.handOver(user));
  }

  /** Opens a box below the button. `begin` shows the question in it. */
  private ask(button: HTMLElement, begin: (menu: MemberMenu) => void): void {
    if (this.confirm) remove(this.confirm.element);
    const onClose = (): void => {
      remove(asked.element);
      button.focus();
    };
    const asked = new Confirm(button.textContent || '', this.actions.elementTexts, onClose, () => undefined);
    this.confirm = asked;
    insert(asked.element, 'after', button);
    begin(new MemberMenu(this.actions, asked, onClose));
    asked.element.scrollIntoView({ block: 'nearest' });
  }
}
