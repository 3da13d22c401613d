import type { UserRef } from '../../../shared/protocol/events.js';
import { append, avatar, h, isKey, refill } from '../element/dom/dom.js';
import { matching, mentionAt } from '../element/people/mentions.js';
import type { Skeleton } from '../element/skeleton.js';

/** So many names fit above the box, and are read at a glance. */
const OFFERED_MAX = 8;
/** Keys that take the caret elsewhere. */
const LEAVING = /^(Arrow(Left|Right)|Home|End|Page)/;

/** Offers names while the user types `@` and a part of one: a list that the keys of the box move in. */
export class MentionOffer {
  private readonly list: HTMLUListElement;
  private users: UserRef[] = [];
  private chosen = 0;
  /** The place of the `@`. */
  private at = -1;
  /** The place of an `@` for which the user wants no names, or has one already. */
  private done = -1;

  /** `others` returns the people that can be named. */
  constructor(
    private readonly skeleton: Skeleton,
    private readonly others: () => UserRef[],
  ) {
    const { form, input } = skeleton.composer;
    const list = h('ul', { id: 'offer', class: 'offer', part: 'offer', role: 'listbox', hidden: '' });
    list.setAttribute('aria-label', skeleton.texts.people);
    this.list = list;
    append(form, list);
    input.setAttribute('aria-autocomplete', 'list');
    input.setAttribute('aria-controls', 'offer');
    form.addEventListener('keydown', (event) => this.onKey(event), true); // before the box sends at Enter
    for (const type of ['input', 'click']) input.addEventListener(type, () => this.read());
    input.addEventListener('blur', () => this.close());
    list.addEventListener('mousedown', (event) => event.preventDefault()); // the box keeps the focus
  }

  private read(): void {
    const { value, selectionStart, selectionEnd } = this.skeleton.composer.input;
    const query = value.slice(0, selectionStart);
    const at = selectionStart === selectionEnd ? mentionAt(query) : -1;
    if (at !== this.done) this.done = -1;
    this.at = at;
    this.chosen = 0;
    this.users = at < 0 || at === this.done ? [] : matching(query.slice(at + 1), this.others()).slice(0, OFFERED_MAX);
    this.draw();
  }

  private draw(): void {
    const { list, users, chosen } = this;
    const { form, input } = this.skeleton.composer;
    list.hidden = users.length === 0;
    list.style.maxBlockSize = `${form.offsetTop}px`;
    const items = users.map((user, i) => {
      const given = { id: `offer-${i}`, class: 'person', role: 'option', 'aria-selected': String(i === chosen) };
      const item = h('li', given, avatar(user.id, user.name), h('bdi', { class: 'who' }, user.name));
      item.addEventListener('click', () => this.choose(user));
      return item;
    });
    refill(list, ...items);
    input.setAttribute('aria-activedescendant', users.length > 0 ? `offer-${chosen}` : '');
    items[chosen]?.scrollIntoView({ block: 'nearest' });
  }

  private onKey(event: KeyboardEvent): void {
    const { users } = this;
    const user = users[this.chosen];
    if (!user) return;
    const step = isKey(event, 'ArrowDown') ? 1 : isKey(event, 'ArrowUp') ? -1 : 0;
    if (step) this.chosen = (this.chosen + step + users.length) % users.length;
    else if (isKey(event, 'Escape')) this.finish();
    else if ((isKey(event, 'Enter') || isKey(event, 'Tab')) && !event.shiftKey) this.choose(user);
    else {
      if (LEAVING.test(event.key)) this.close();
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    this.draw();
  }

  /** There are no more offers for this `@`. */
  private finish(): void {
    this.done = this.at;
    this.close();
  }

  private close(): void {
    this.users = [];
    this.draw();
  }

  private choose({ name }: UserRef): void {
    const { input } = this.skeleton.composer;
    input.setRangeText(`@${name} `, this.at, input.selectionStart, 'end');
    this.finish();
    input.dispatchEvent(new Event('input', { bubbles: true }));
  }
}
