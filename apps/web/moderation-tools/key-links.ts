import type { Audit } from '../../../shared/protocol/events.js';
import { h, insert, remove } from '../element/dom/dom.js';
import type { Actions } from './actions.js';
import { Confirm } from './confirm.js';
import { KeyLink } from './key-link.js';
import { ModeratorKey } from './key-store.js';
import { actionButton, box, type Section } from './section.js';

/** The rules of a lesson. Its key comes after them. */
const LESSON = { listed: false, private: false, names: 'asked' };

/** The links with a key, by which members and moderators enter, and a lesson in two clicks. Only owners see them. */
export class KeyLinks implements Section {
  readonly element: HTMLElement;
  private readonly member: KeyLink;
  private readonly moderator: KeyLink;
  private readonly lesson: HTMLButtonElement;
  private confirm: Confirm | null = null;

  constructor(private readonly actions: Actions) {
    const { texts, delegate } = actions;
    const { chat } = delegate;
    const moderatorKey = new ModeratorKey(chat.server, chat.room);
    this.member = new KeyLink(actions, {
      kind: 'member',
      title: 'memberLink',
      hint: 'memberLinkHint',
      newAsk: 'newLinkAsk',
      offAsk: 'linkOffAsk',
      known: () => chat.key,
      learn: () => undefined, // the library has it
    });
    this.moderator = new KeyLink(actions, {
      kind: 'moderator',
      title: 'moderatorLink',
      hint: 'moderatorLinkHint',
      newAsk: 'newModeratorLinkAsk',
      offAsk: 'moderatorLinkOffAsk',
      known: () => moderatorKey.read(),
      learn: (key) => moderatorKey.write(key),
    });
    this.lesson = actionButton(texts.lesson, '', () => this.ask());
    this.element = box(
      texts.keyLinks,
      h('div', { class: 'key-link' }, h('p', { class: 'hint' }, texts.lessonHint), this.lesson),
      this.member.element,
      this.moderator.element,
    );
  }

  update(audit: Audit): void {
    this.element.hidden = !this.actions.isOwner;
    this.member.update(audit);
    this.moderator.update(audit);
  }

  private ask(): void {
    const { texts, elementTexts } = this.actions;
    if (this.confirm) remove(this.confirm.element);
    const close = (): void => {
      remove(asked.element);
      this.lesson.focus();
    };
    const hold = h('input', { type: 'checkbox' });
    const act = async (): Promise<string> => {
      const problem = await this.begin(hold.checked);
      if (problem) return problem;
      remove(asked.element);
      this.member.showCode();
      return '';
    };
    const asked = new Confirm(texts.lesson, elementTexts, close, () => undefined);
    this.confirm = asked;
    insert(asked.element, 'after', this.lesson);
    const option = h('label', { class: 'option' }, hold, texts.lessonHold);
    asked.ask([texts.lessonAsk], [{ label: texts.lessonStart, act }], option);
  }

  /** Sets the rules and makes a new key. Returns '', or the reason why it could not. */
  private async begin(hold: boolean): Promise<string> {
    const problem =
      (await this.actions.run('rules', { ...LESSON, ...(hold && { hold: 'all' }) })) ||
      (await this.member.change('renew'));
    if (!problem) this.member.update(await this.actions.call('audit'));
    return problem;
  }
}
