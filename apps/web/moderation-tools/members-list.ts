import type { Audit, UserRef } from '../../../shared/protocol/events.js';
import { counted } from '../element/counts.js';
import { avatar, h, refill } from '../element/dom/dom.js';
import { isolated } from '../element/dom/sentence.js';
import { fill } from '../element/texts.js';
import { dayOf, dayText, timeText } from '../element/times.js';
import type { Actions } from './actions.js';
import { actionButton, box, nameOf, removeItem, type Section } from './section.js';

/** The moderators, and the muted and banned users, each with a button that ends it. */
export class MembersList implements Section {
  readonly element = h('div', { class: 'members' });
  private readonly problem = h('p', { class: 'problem', role: 'alert' });

  constructor(private readonly actions: Actions) {}

  update({ moderators, voices = [], voiceIds = [], muted, banned }: Audit): void {
    const { texts, elementTexts, isOwner } = this.actions;
    const unnamed = voiceIds.length - voices.length;
    const others = isOwner ? moderators.filter(({ role }) => role === 'moderator') : [];
    refill(
      this.element,
      this.list(
        texts.moderators,
        others.map((user) => this.line(user, '', texts.demote, 'moderate', { on: false })),
      ),
      this.list(texts.voices, [
        ...voices.map((user) => this.line(user, '', texts.disallow, 'allow', { on: false })),
        ...(unnamed > 0 ? [h('li', { class: 'hint' }, counted(elementTexts.others, unnamed, elementTexts))] : []),
      ]),
      this.list(
        texts.mutedPeople,
        muted.map((user) => this.line(user, this.until(user), texts.letWrite, 'mute', { seconds: 0 })),
      ),
      this.list(
        texts.bannedPeople,
        banned.map((user) => this.line(user, this.until(user), texts.letIn, 'ban', { seconds: 0 })),
      ),
      this.problem,
    );
  }

  private list(title: string, lines: HTMLElement[]): Node | null {
    return lines.length > 0 ? box(title, h('ul', {}, ...lines)) : null;
  }

  private line(
    user: UserRef,
    hint: string,
    undo: string,
    operation: 'moderate' | 'allow' | 'mute' | 'ban',
    values: object,
  ): HTMLElement {
    const act = async (): Promise<void> => {
      this.problem.textContent = await this.actions.run(operation, { user: user.id, ...values });
      if (this.problem.textContent) this.problem.scrollIntoView({ block: 'nearest' });
      else removeItem(line);
    };
    const userName = nameOf(user);
    const button = actionButton(undo, 'secondary', act);
    button.setAttribute('aria-label', `${undo}: ${isolated(userName)}`);
    const line = h(
      'li',
      { class: 'member' },
      avatar(user.id, userName),
      h('span', { class: 'member-name' }, h('bdi', { class: 'who' }, userName), h('span', { class: 'hint' }, hint)),
      button,
    );
    return line;
  }

  private until({ until, quiet }: { until: number; quiet?: true }): string {
    const { texts, elementTexts, delegate } = this.actions;
    const { now } = delegate.clock;
    const day = dayOf(until) === dayOf(now) ? '' : `${dayText(until, now, elementTexts)} `;
    return fill(quiet ? texts.untilQuietly : texts.until, { time: `${day}${timeText(until, elementTexts)}` });
  }
}
