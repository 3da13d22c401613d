import type { Audit, ChatEvent } from '../../../shared/protocol/events.js';
import type { ChatFailure } from '../client/api.js';
import { append, h, ICONS, icon, insert, onEscape, remove } from '../element/dom/dom.js';
import { whyNot } from '../element/status/denials.js';
import { fill } from '../element/texts.js';
import type { Desk } from './actions.js';
import { Doings } from './audit-log.js';
import { Ending } from './danger-zone.js';
import { Waiting } from './held-messages.js';
import { Kept } from './members-list.js';
import { OwnersLink } from './owner-link.js';
import { Rules } from './rules.js';
import type { Section } from './section.js';
import { Words } from './word-filter.js';

/** ms between an event and the reading that it leads to: what comes together is read once. */
const SOON = 300;

/** Events after which the room is read again. */
const TELLING: ReadonlySet<ChatEvent['type']> = new Set<ChatEvent['type']>([
  'removed',
  'cleared',
  'rules',
  'moderator',
  'offered',
  'owned',
  'held',
  'left',
]);

/** The room's panel: its rules, what waits, who is kept from what, and what was done. */
export class Panel {
  private readonly badge = h('span', { class: 'badge', 'aria-hidden': 'true', hidden: '' });
  private readonly spoken = h('span', { class: 'hidden' });
  private readonly button: HTMLButtonElement;
  private readonly said = h('span');
  private readonly notice = h('div', { class: 'status', role: 'status', hidden: '' });
  private readonly close: HTMLButtonElement;
  private readonly element: HTMLElement;
  private readonly problem = h('p', { class: 'problem', role: 'alert' });
  private readonly sections: Section[];
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly desk: Desk) {
    const { texts, common } = desk;
    this.sections = [OwnersLink, Waiting, Rules, Words, Kept, Doings, Ending].map((Part) => new Part(desk));
    this.close = h('button', { type: 'button', class: 'plain', 'aria-label': common.close }, icon(ICONS.close));
    this.button = h(
      'button',
      { type: 'button', class: 'plain keep', 'aria-expanded': 'false' },
      icon(ICONS.keeper),
      h('span', { class: 'keep-word' }, texts.room),
      this.badge,
      this.spoken,
    );
    const body = h('div', { class: 'panel-body' }, this.problem, ...this.sections.map(({ element }) => element));
    this.element = h(
      'section',
      { class: 'room-panel', part: 'room', 'aria-label': texts.room, hidden: '' },
      h('div', { class: 'panel-head' }, h('h2', {}, texts.room), this.close),
      body,
    );
    this.place();
  }

  /** The role has changed, or who is here. */
  turn(): void {
    this.soon();
  }

  hear(event: ChatEvent): void {
    if (TELLING.has(event.type) || event.held) this.soon();
  }

  end(): void {
    clearTimeout(this.timer);
    [this.button, this.notice, this.element].forEach(remove);
  }

  private place(): void {
    const { header, body, offer } = this.desk.host.parts;
    this.button.addEventListener('click', () => this.toggle(this.element.hidden !== false));
    this.close.addEventListener('click', () => this.toggle(false));
    onEscape(this.element, () => this.toggle(false));
    insert(this.button, 'before', header.me);
    const look = h('button', { type: 'button', class: 'solid' }, this.desk.texts.look);
    look.addEventListener('click', () => this.toggle(true));
    append(this.notice, this.said, look);
    insert(this.notice, 'before', offer);
    append(body, this.element);
    this.desk.onDone = () => this.soon();
  }

  private toggle(open: boolean): void {
    this.element.hidden = !open;
    this.button.setAttribute('aria-expanded', String(open));
    void this.read();
    (open ? this.close : this.button).focus();
  }

  private soon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      void this.read();
    }, SOON);
  }

  private async read(): Promise<void> {
    try {
      const audit = await this.desk.ask('audit');
      this.count(audit.held);
      this.meetMuted(audit);
      if (!this.element.hidden) await this.show(audit);
      this.problem.textContent = '';
    } catch (thrown) {
      this.problem.textContent = whyNot(thrown as ChatFailure, this.desk.common);
    }
  }

  /** The list of people says who is muted. */
  private meetMuted({ muted }: Audit): void {
    const { desk } = this;
    const ids = new Set(muted.map(({ id }) => id));
    const same = ids.size === desk.muted.size && muted.every(({ id }) => desk.muted.has(id));
    desk.muted = ids;
    if (!same) desk.host.redrawPeople();
  }

  private count(held: number): void {
    const { texts } = this.desk;
    this.badge.textContent = String(held);
    this.badge.hidden = held === 0;
    this.spoken.textContent = held > 0 ? ` (${fill(texts.waitingCount, { n: held })})` : '';
    this.tellWaiting(held);
  }

  /** Above the composer, where one looks: that something waits, until the panel shows it. */
  private tellWaiting(held: number): void {
    const { texts, host } = this.desk;
    const text =
      held === 0 || !this.element.hidden ? '' : held === 1 ? texts.oneWaits : fill(texts.manyWait, { n: held });
    if (this.said.textContent === text) return;
    this.said.textContent = text;
    this.notice.hidden = text === '';
    host.settle();
  }

  /** What had the focus may be gone after that. */
  private async show(audit: Audit): Promise<void> {
    const root = this.element.getRootNode() as ShadowRoot;
    const had = this.element.contains(root.activeElement);
    await Promise.all(this.sections.map((section) => section.update(audit)));
    if (had && !root.activeElement) this.close.focus();
  }
}
