import type { Audit, ChatEvent, UserRef } from '../../../shared/protocol/events.js';
import type { ChatFailure } from '../client/api.js';
import { counted } from '../element/counts.js';
import { append, button, h, ICONS, icon, insert, onEscape, remove } from '../element/dom/dom.js';
import { denialText } from '../element/status/denials.js';
import { numberText } from '../element/times.js';
import type { Actions } from './actions.js';
import { AuditLog } from './audit-log.js';
import { DangerZone } from './danger-zone.js';
import { HeldMessages } from './held-messages.js';
import { HooksOut } from './hooks-out.js';
import { KeyLinks } from './key-links.js';
import { MembersList } from './members-list.js';
import { OwnerLink } from './owner-link.js';
import { Reports } from './reports.js';
import { Rules } from './rules.js';
import type { Section } from './section.js';
import { TakeAlong } from './take-along.js';
import { Topic } from './topic.js';
import { Webhooks } from './webhooks.js';
import { WordFilter } from './word-filter.js';

/** The panel reads the room this long after an event, so that events that come together lead to one reading. */
const READ_DELAY_MS = 300;

/** The panel reads the room again after these events. */
const READ_AFTER: ReadonlySet<ChatEvent['type']> = new Set<ChatEvent['type']>([
  'removed',
  'cleared',
  'rules',
  'moderator',
  'voice',
  'offered',
  'owned',
  'held',
  'reported',
  'left',
]);

const idsOf = (users: UserRef[]): number[] => users.map(({ id }) => id);

function sameIds(ids: ReadonlySet<number>, others: number[]): boolean {
  return ids.size === others.length && others.every((id) => ids.has(id));
}

/** The room's panel: the owner link, held messages, rules, the members list, the audit log. */
export class Panel {
  private readonly badge = h('span', { class: 'badge', 'aria-hidden': 'true', hidden: '' });
  private readonly spokenCount = h('span', { class: 'hidden' });
  private readonly button: HTMLButtonElement;
  private readonly noticeText = h('span');
  private readonly notice = h('div', { class: 'status', role: 'status', hidden: '' });
  private readonly closeButton: HTMLButtonElement;
  private readonly element: HTMLElement;
  private readonly problem = h('p', { class: 'problem', role: 'alert' });
  private readonly sections: Section[];
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly actions: Actions) {
    const { texts, elementTexts } = actions;
    const kinds = [
      OwnerLink,
      HeldMessages,
      Reports,
      KeyLinks,
      Topic,
      Rules,
      WordFilter,
      MembersList,
      AuditLog,
      Webhooks,
      HooksOut,
      TakeAlong,
      DangerZone,
    ];
    this.sections = kinds.map((SectionClass) => new SectionClass(actions));
    const close = (): unknown => this.toggle(false);
    this.closeButton = button({ class: 'plain', 'aria-label': elementTexts.close }, close, icon(ICONS.close));
    this.button = button(
      { class: 'plain room-button', 'aria-expanded': 'false' },
      () => this.toggle(this.element.hidden !== false),
      icon(ICONS.moderator),
      h('span', { class: 'room-button-label' }, texts.room),
      this.badge,
      this.spokenCount,
    );
    const body = h('div', { class: 'panel-body' }, this.problem, ...this.sections.map(({ element }) => element));
    this.element = h(
      'section',
      { class: 'room-panel', part: 'room', 'aria-label': texts.room, hidden: '' },
      h('div', { class: 'panel-head' }, h('h2', {}, texts.room), this.closeButton),
      body,
    );
    this.place();
  }

  /** The role or the members have changed. */
  update(): void {
    this.readSoon();
  }

  receive(event: ChatEvent): void {
    if (READ_AFTER.has(event.type) || event.held) this.readSoon();
  }

  end(): void {
    clearTimeout(this.timer);
    for (const element of [this.button, this.notice, this.element]) remove(element);
  }

  private place(): void {
    const { header, body, offerLine } = this.actions.delegate.skeleton;
    onEscape(this.element, () => this.toggle(false));
    insert(this.button, 'before', header.me);
    const review = button({ class: 'solid' }, () => this.review(), this.actions.texts.look);
    append(this.notice, this.noticeText, review);
    insert(this.notice, 'before', offerLine);
    append(body, this.element);
    this.actions.onAction = () => this.readSoon();
  }

  private toggle(isOpen: boolean): Promise<void> {
    this.element.hidden = !isOpen;
    this.button.setAttribute('aria-expanded', String(isOpen));
    const reading = this.read();
    (isOpen ? this.closeButton : this.button).focus();
    return reading;
  }

  /** Opens the panel where the messages are that wait or have been reported. */
  private async review(): Promise<void> {
    await this.toggle(true);
    this.sections.find(({ isWaiting }) => isWaiting)?.element.scrollIntoView({ block: 'start' });
  }

  /** A reading that is due is not put off: events may come faster than it takes. */
  private readSoon(): void {
    if (this.timer) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      void this.read();
    }, READ_DELAY_MS);
  }

  private async read(): Promise<void> {
    try {
      const audit = await this.actions.call('audit');
      this.showWaiting(audit.held, audit.reports || 0);
      this.updateMarks(audit);
      if (!this.element.hidden) await this.show(audit);
      this.problem.textContent = '';
    } catch (thrown) {
      this.problem.textContent = denialText(thrown as ChatFailure, this.actions.elementTexts);
    }
  }

  /** The list of people marks the muted ones, and those who may write. */
  private updateMarks({ muted, voices = [], voiceIds = idsOf(voices) }: Audit): void {
    const { actions } = this;
    const isSame = sameIds(actions.muted, idsOf(muted)) && sameIds(actions.voices, voiceIds);
    actions.muted = new Set(idsOf(muted));
    actions.voices = new Set(voiceIds);
    if (!isSame) actions.delegate.redrawPeople();
  }

  private showWaiting(held: number, reports: number): void {
    const { texts, elementTexts } = this.actions;
    const count = held + reports;
    this.badge.textContent = numberText(count, elementTexts);
    this.badge.hidden = count === 0;
    this.spokenCount.textContent = count > 0 ? ` (${counted(texts.waitingCount, count, elementTexts)})` : '';
    const sentences = [
      held && counted(texts.manyWait, held, elementTexts),
      reports && counted(texts.manyReported, reports, elementTexts),
    ];
    this.showNotice(this.element.hidden ? sentences.filter((one) => one).join(' · ') : '');
  }

  /** Says above the composer that messages wait, until the panel shows them. */
  private showNotice(text: string): void {
    const { delegate } = this.actions;
    if (this.noticeText.textContent === text) return;
    this.noticeText.textContent = text;
    this.notice.hidden = text === '';
    delegate.settle();
  }

  /** Updates all sections. If the element with the focus is gone after that, the close button gets the focus. */
  private async show(audit: Audit): Promise<void> {
    const root = this.element.getRootNode() as ShadowRoot;
    const hadFocus = this.element.contains(root.activeElement);
    await Promise.all(this.sections.map((section) => section.update(audit)));
    if (hadFocus && !root.activeElement) this.closeButton.focus();
  }
}
