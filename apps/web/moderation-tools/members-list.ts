import type { Audit, UserRef } from '../../../shared/protocol/events.js';
import { avatar, h, isolated, refill } from '../element/dom/dom.js';
import { dayOf, dayText, timeText } from '../element/log/times.js';
import { fill } from '../element/texts.js';
import type { Desk } from './actions.js';
import { box, doer, nameOf, type Section, takeOut } from './section.js';

/** Who is a moderator, muted or banned, each with a way back. */
export class Kept implements Section {
  readonly element = h('div', { class: 'kept' });
  private readonly problem = h('p', { class: 'problem', role: 'alert' });

  constructor(private readonly desk: Desk) {}

  update({ moderators, muted, banned }: Audit): void {
    const { texts, isOwner } = this.desk;
    const others = isOwner ? moderators.filter(({ role }) => role === 'moderator') : [];
    refill(
      this.element,
      this.list(
        texts.moderators,
        others.map((user) => this.line(user, '', texts.demote, 'moderate', { on: false })),
      ),
      this.list(
        texts.mutedPeople,
        muted.map((one) => this.line(one, this.until(one), texts.letWrite, 'mute', { seconds: 0 })),
      ),
      this.list(
        texts.bannedPeople,
        banned.map((one) => this.line(one, this.until(one), texts.letIn, 'ban', { seconds: 0 })),
      ),
      this.problem,
    );
  }

  private list(title: string, lines: HTMLElement[]): Node | string {
    return lines.length > 0 ? box(title, h('ul', {}, ...lines)) : '';
  }

  private line(
    user: UserRef,
    about: string,
    undo: string,
    operation: 'moderate' | 'mute' | 'ban',
    values: object,
  ): HTMLElement {
    const act = async (): Promise<void> => {
      this.problem.textContent = await this.desk.act(operation, { user: user.id, ...values });
      if (this.problem.textContent) this.problem.scrollIntoView({ block: 'nearest' });
      else takeOut(line);
    };
    const button = doer(undo, 'calm', act);
    button.setAttribute('aria-label', `${undo}: ${isolated(nameOf(user))}`);
    const line = h(
      'li',
      { class: 'line-of' },
      avatar(user.id, nameOf(user)),
      h('span', { class: 'whom' }, h('bdi', { class: 'who' }, nameOf(user)), h('span', { class: 'hint' }, about)),
      button,
    );
    return line;
  }

  private until({ until, quiet }: { until: number; quiet?: true }): string {
    const {
      texts,
      common,
      host: {
        clock: { now },
      },
    } = this.desk;
    const time =
      dayOf(until) === dayOf(now)
        ? timeText(until, common)
        : `${dayText(until, now, common)} ${timeText(until, common)}`;
    return fill(quiet ? texts.untilQuietly : texts.until, { time });
  }
}
