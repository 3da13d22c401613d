import type { Role, UserRef } from '../../../../shared/protocol/events.js';
import type { Conversation } from '../conversations/conversation.js';
import { unreadIn } from '../conversations/conversations.js';
import { counted } from '../counts.js';
import { append, avatar, button, h, onEscape, refill } from '../dom/dom.js';
import { roleMark } from '../dom/role-mark.js';
import { isolated } from '../dom/sentence.js';
import type { Skeleton } from '../skeleton.js';
import { fill } from '../texts.js';
import { numberText } from '../times.js';
import type { RoomMembers } from './room-members.js';

/** Names in the list. It only counts the others. */
const SHOWN_MAX = 200;
/** The owner stands before everybody else, and moderators after the owner. */
const RANKS = ['moderator', 'owner'];

export interface PeopleState {
  members: RoomMembers;
  ownId: number;
  room: Conversation;
  /** Private conversations by the partner's id. */
  privates: Map<number, Conversation>;
  current: Conversation;
  /** The ids of the users that this user has blocked. */
  blocked: readonly number[];
}

export interface PeopleDelegate {
  /** The user has chosen a private conversation, or the room for null. */
  choose(partner: UserRef | null): void;
  roleOf(id: number): Role | undefined;
  /** Whether the user may write to a member privately. */
  mayWriteTo(id: number): boolean;
  /** Returns the moderation tools beside a member. */
  toolsFor(user: UserRef): Node[];
}

function partners(privates: Map<number, Conversation>): UserRef[] {
  const users: UserRef[] = [];
  privates.forEach(({ partner }) => {
    if (partner) users.push(partner);
  });
  return users;
}

/** The list of the people in the room and of the private conversations. */
export class PeopleView {
  constructor(
    private readonly skeleton: Skeleton,
    private readonly delegate: PeopleDelegate,
  ) {
    const { header, people, root } = skeleton;
    header.people.addEventListener('click', () => this.toggle(!root.classList.contains('crowded')));
    people.closeButton.addEventListener('click', () => this.toggle(false));
    for (const element of [people.panel, header.people]) onEscape(element, () => this.toggle(false));
  }

  /** Opens or closes the list. Returns whether it was open. */
  toggle(isOpen: boolean): boolean {
    const { header, root, people } = this.skeleton;
    const wasOpen = root.classList.contains('crowded');
    root.classList.toggle('crowded', isOpen);
    header.people.setAttribute('aria-expanded', String(isOpen));
    if (isOpen) people.closeButton.focus();
    else if (wasOpen) header.people.focus();
    return wasOpen;
  }

  update(state: PeopleState): void {
    const { members, privates, ownId } = state;
    const { people } = this.skeleton;
    const own = members.known.filter((user) => user.id === ownId);
    const rank = ({ id }: UserRef): number => RANKS.indexOf(String(this.delegate.roleOf(id)));
    const others = members.known
      .filter((user) => user.id !== ownId)
      .sort((a, b) => rank(b) - rank(a) || a.name.localeCompare(b.name))
      .slice(0, SHOWN_MAX);
    const shown = new Set(others.map(({ id }) => id));
    const moreTalks = partners(privates).filter(({ id }) => !shown.has(id));
    const items = [
      this.everyoneItem(state),
      ...own.map((user) => this.ownItem(user)),
      ...others.map((user) => this.personItem(user, state, false)),
      ...moreTalks.map((user) => this.personItem(user, state, !members.has(user.id))),
    ];
    const rest = members.count - own.length - others.length - moreTalks.filter(({ id }) => members.has(id)).length;
    if (rest > 0) items.push(h('li', { class: 'rest' }, this.restText(rest)));
    this.keepFocus(() => refill(people.list, ...items));
    this.showCount(members.count, privates);
  }

  private restText(n: number): string {
    const { texts } = this.skeleton;
    return counted(texts.others, n, texts);
  }

  private showCount(n: number, privates: Map<number, Conversation>): void {
    const { here, count, many, badge, people } = this.skeleton.header;
    const { texts } = this.skeleton;
    const unread = unreadIn(privates);
    // `here` is the label beside a list that is always visible; elsewhere `count` stands on the button that opens it.
    here.textContent = count.textContent = counted(texts.manyHere, n, texts);
    many.textContent = numberText(n, texts); // in a narrow chat, where the room's name needs the place
    badge.textContent = numberText(unread, texts);
    badge.hidden = unread === 0;
    people.hidden = false;
  }

  private everyoneItem({ room, current }: PeopleState): HTMLLIElement {
    const sign = h('span', { class: 'avatar all', 'aria-hidden': 'true', 'data-letter': '#' });
    const label = h('span', { class: 'who' }, this.skeleton.texts.everyone);
    return this.item('0', room, room === current, [sign, label], () => this.delegate.choose(null));
  }

  private ownItem(user: UserRef): HTMLLIElement {
    const { texts } = this.skeleton;
    const you = h('span', { class: 'you' }, ` (${texts.you})`);
    const mark = roleMark(this.delegate.roleOf(user.id), texts);
    const label = h('bdi', { class: 'who' }, user.name);
    return h('li', {}, h('div', { class: 'person self' }, avatar(user.id, user.name), label, you, mark));
  }

  private personItem(user: UserRef, { privates, current, blocked }: PeopleState, isGone: boolean): HTMLLIElement {
    const { texts } = this.skeleton;
    const talk = privates.get(user.id);
    const children: Node[] = [avatar(user.id, user.name), h('bdi', { class: 'who' }, user.name)];
    const mark = roleMark(this.delegate.roleOf(user.id), texts);
    if (mark) children.push(mark);
    if (isGone) children.push(h('span', { class: 'you' }, texts.gone));
    if (blocked.includes(user.id)) children.push(h('span', { class: 'you' }, texts.blockedSign));
    const item = this.item(String(user.id), talk, talk !== undefined && talk === current, children, () =>
      this.delegate.choose(user),
    );
    item.classList.toggle('gone', isGone);
    const person = item.querySelector('button');
    if (person && !talk && !this.delegate.mayWriteTo(user.id)) person.disabled = true;
    else if (person) person.title = fill(texts.writePrivately, { name: isolated(user.name) });
    if (!isGone) append(item, ...this.delegate.toolsFor(user));
    return item;
  }

  private item(
    key: string,
    talk: Conversation | undefined,
    isCurrent: boolean,
    children: Node[],
    act: () => void,
  ): HTMLLIElement {
    const person = button({ class: 'person', 'data-key': key }, act, ...children);
    if (isCurrent) person.setAttribute('aria-current', 'true');
    if (talk && talk.unread > 0 && !isCurrent)
      append(person, h('span', { class: 'badge' }, numberText(talk.unread, this.skeleton.texts)));
    return h('li', {}, person);
  }

  /** Runs `act`, which draws the list again. The focus stays on the same item: the user may move by keyboard. */
  private keepFocus(act: () => void): void {
    const { list } = this.skeleton.people;
    const { activeElement } = list.getRootNode() as ShadowRoot;
    const focused = activeElement && list.contains(activeElement) ? activeElement : null;
    act();
    const key = focused?.getAttribute('data-key');
    const again = list.contains(focused) ? focused : key ? list.querySelector(`[data-key="${CSS.escape(key)}"]`) : null;
    if (again instanceof HTMLElement) again.focus();
  }
}
