import { h, insert, refill, remove } from '../element/dom/dom.js';
import type { Desk } from './actions.js';
import { Strip } from './confirm.js';
import { Judgements } from './member-menu.js';
import { box, doer, type Section } from './section.js';

/** What is done seldom, and cannot be taken back: clearing the room, and handing it over. */
export class Ending implements Section {
  readonly element: HTMLElement;
  private readonly to = h('select', {});
  private readonly giving: HTMLElement;
  private readonly give: HTMLButtonElement;
  private readonly clear: HTMLButtonElement;
  private readonly title: HTMLElement | null;
  private strip: Strip | null = null;

  constructor(private readonly desk: Desk) {
    const { texts } = desk;
    this.clear = doer(texts.clear, 'grave', () =>
      this.ask(this.clear, (judge) => judge.confirm(texts.clearAsk, texts.clear, 'clear')),
    );
    this.give = doer(texts.handOver, '', () => this.handOver());
    this.giving = h(
      'div',
      { class: 'giving' },
      h('label', {}, h('span', { class: 'row-name' }, texts.handTo), this.to),
      this.give,
    );
    this.element = box(texts.ending, this.giving, this.clear);
    this.title = this.element.querySelector('h3');
  }

  update(): void {
    const { host, ownId, isOwner, texts } = this.desk;
    if (this.title) this.title.textContent = isOwner ? texts.ending : texts.clearing;
    const others = host.crowd.members.filter(({ id }) => id !== ownId);
    const { value } = this.to;
    refill(this.to, ...others.map(({ id, name }) => h('option', { value: String(id), dir: 'auto' }, name)));
    if (others.some(({ id }) => String(id) === value)) this.to.value = value;
    this.giving.hidden = !isOwner || others.length === 0;
  }

  private handOver(): void {
    const user = this.desk.host.crowd.members.find(({ id }) => String(id) === this.to.value);
    if (user) this.ask(this.give, (judge) => judge.offer(user));
  }

  private ask(button: HTMLElement, begin: (judge: Judgements) => void): void {
    if (this.strip) remove(this.strip.element);
    const close = (): void => {
      remove(strip.element);
      button.focus();
    };
    const strip = (this.strip = new Strip(button.textContent || '', this.desk.common, close, () => undefined));
    insert(strip.element, 'after', button);
    begin(new Judgements(this.desk, strip, close));
    strip.element.scrollIntoView({ block: 'nearest' });
  }
}
