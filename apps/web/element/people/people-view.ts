import type { UserRef } from '../../../../shared/protocol/events.js';
import type { Conversation } from '../conversations/conversation.js';
import { unreadIn } from '../conversations/conversations.js';
import { append, avatar, h, ICONS, icon, isolated, onEscape, refill } from '../dom/dom.js';
import type { Skeleton } from '../dom/skeleton.js';
import { numberText } from '../log/times.js';
import type { RoomOrder } from '../moderation/moderation.js';
import { fill } from '../texts.js';
import type { Crowd } from './crowd.js';

/** Names drawn at most; a larger crowd is counted. */
const SHOWN_MAX = 200;

export interface PeopleState {
  crowd: Crowd;
  ownId: number;
  room: Conversation;
  /** Private conversations by the other's id. */
  privates: Map<number, Conversation>;
  current: Conversation;
  /** Ids of those whom this user has blocked. */
  blocked: readonly number[];
}

function partners(privates: Map<number, Conversation>): UserRef[] {
  const users: UserRef[] = [];
  privates.forEach(({ partner }) => {
    if (partner) users.push(partner);
  });
  return users;
}

/** Who is here, and with whom one talks. */
export class PeopleView {
  constructor(
    private readonly parts: Skeleton,
    private readonly order: RoomOrder,
    private readonly choose: (partner: UserRef | null) => void,
  ) {
    const { header, people, root } = parts;
    header.people.addEventListener('click', () => this.toggle(!root.classList.contains('crowded')));
    people.close.addEventListener('click', () => this.toggle(false));
    for (const part of [people.panel, header.people]) onEscape(part, () => this.toggle(false));
  }

  /** Gives whether it was open. */
  toggle(open: boolean): boolean {
    const { header, root, people } = this.parts;
    const had = root.classList.contains('crowded');
    root.classList.toggle('crowded', open);
    header.people.setAttribute('aria-expanded', String(open));
    if (open) people.close.focus();
    else if (had) header.people.focus();
    return had;
  }

  update(state: PeopleState): void {
    const { crowd, privates, ownId } = state;
    const own = crowd.members.filter((user) => user.id === ownId);
    const others = crowd.members
      .filter((user) => user.id !== ownId)
      .sort((a, b) => a.name.localeCompare(b.name))
      .slice(0, SHOWN_MAX);
    const shown = new Set(others.map(({ id }) => id));
    const talked = partners(privates).filter(({ id }) => !shown.has(id));
    const items = [
      this.everyone(state),
      ...own.map((user) => this.self(user)),
      ...others.map((user) => this.person(user, state, false)),
    ];
    for (const user of talked) items.push(this.person(user, state, !crowd.has(user.id)));
    const rest = crowd.count - own.length - others.length - talked.filter(({ id }) => crowd.has(id)).length;
    if (rest > 0)
      items.push(h('li', { class: 'rest' }, fill(this.parts.texts.others, { n: numberText(rest, this.parts.texts) })));
    this.keepFocus(() => refill(this.parts.people.list, ...items));
    this.count(crowd.count, privates);
  }

  private count(here: number, privates: Map<number, Conversation>): void {
    const { here: label, count, badge, people } = this.parts.header;
    const { texts } = this.parts;
    const unread = unreadIn(privates);
    // beside the list it is but a label, elsewhere it opens the list
    label.textContent = count.textContent =
      here === 1 ? texts.oneHere : fill(texts.manyHere, { n: numberText(here, texts) });
    badge.textContent = String(unread);
    badge.hidden = unread === 0;
    people.hidden = false;
  }

  private everyone({ room, current }: PeopleState): HTMLLIElement {
    const sign = h('span', { class: 'avatar all', 'aria-hidden': 'true', 'data-letter': '#' });
    return this.item('0', room, room === current, [sign, h('span', { class: 'who' }, this.parts.texts.everyone)], () =>
      this.choose(null),
    );
  }

  private self(user: UserRef): HTMLLIElement {
    const label = h('span', { class: 'you' }, ` (${this.parts.texts.you})`);
    const { id, name } = user;
    return h(
      'li',
      {},
      h('div', { class: 'person self' }, avatar(id, name), h('bdi', { class: 'who' }, name), label, this.duty(user)),
    );
  }

  /** The mark of those who keep the room in order: a picture, which no name can have, and its name for a screen reader. */
  private duty({ id }: UserRef): HTMLElement | null {
    const role = this.order.standing.roleOf(id);
    if (!role) return null;
    const { isOwner, isModerator } = this.parts.texts;
    const title = role === 'owner' ? isOwner : isModerator;
    return h(
      'span',
      { class: `keeper ${role}`, role: 'img', 'aria-label': title, title },
      icon(role === 'owner' ? ICONS.owner : ICONS.keeper),
    );
  }

  private person(user: UserRef, { privates, current, blocked }: PeopleState, gone: boolean): HTMLLIElement {
    const { texts } = this.parts;
    const talk = privates.get(user.id);
    const children: Node[] = [avatar(user.id, user.name), h('bdi', { class: 'who' }, user.name)];
    const duty = this.duty(user);
    if (duty) children.push(duty);
    if (gone) children.push(h('span', { class: 'you' }, texts.gone));
    if (blocked.includes(user.id)) children.push(h('span', { class: 'you' }, texts.blockedSign));
    const item = this.item(String(user.id), talk, talk !== undefined && talk === current, children, () =>
      this.choose(user),
    );
    item.classList.toggle('gone', gone);
    const button = item.querySelector('button');
    if (button) button.title = fill(texts.writePrivately, { name: isolated(user.name) });
    if (this.order.tools && !gone) append(item, ...this.order.tools.person(user));
    return item;
  }

  private item(
    key: string,
    talk: Conversation | undefined,
    current: boolean,
    children: Node[],
    act: () => void,
  ): HTMLLIElement {
    const button = h('button', { type: 'button', class: 'person', 'data-key': key }, ...children);
    if (current) button.setAttribute('aria-current', 'true');
    if (talk && talk.unread > 0 && !current) append(button, h('span', { class: 'badge' }, String(talk.unread)));
    button.addEventListener('click', act);
    return h('li', {}, button);
  }

  /** The list is drawn anew while somebody may be moving through it by keyboard. */
  private keepFocus(act: () => void): void {
    const { list } = this.parts.people;
    const { activeElement } = list.getRootNode() as ShadowRoot;
    const focused = activeElement && list.contains(activeElement) ? activeElement : null;
    act();
    const key = focused && focused.getAttribute('data-key');
    const again = list.contains(focused) ? focused : key ? list.querySelector(`[data-key="${CSS.escape(key)}"]`) : null;
    if (again instanceof HTMLElement) again.focus();
  }
}
