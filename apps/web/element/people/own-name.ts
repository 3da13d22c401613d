import { NAME_MAX } from '../../../../shared/protocol/limits.js';
import type { Chat, ChatFailure } from '../../client/api.js';
import { avatar, called, h, isolated, onEscape, refill } from '../dom/dom.js';
import type { Skeleton } from '../dom/skeleton.js';
import { fill, filled } from '../texts.js';

/** The button with one's own name, and the form it opens. */
export class Naming {
  constructor(
    private readonly parts: Skeleton,
    private readonly chat: Chat,
  ) {
    const { form, cancel, take } = parts.naming;
    parts.header.me.addEventListener('click', () => (form.hidden ? this.open() : this.close()));
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.save();
    });
    onEscape(form, () => this.close());
    cancel.addEventListener('click', () => this.close());
    take.addEventListener('click', () => {
      parts.naming.input.value = take.value;
      void this.save();
    });
  }

  /** Shows the name as it is now. */
  update(): void {
    const { me } = this.parts.header;
    const { user } = this.chat;
    if (!user) return;
    refill(me, avatar(user.id, user.name), h('bdi', { class: 'own-name' }, user.name));
    me.setAttribute('aria-label', fill(this.parts.texts.editName, { name: isolated(user.name) }));
    me.hidden = false;
  }

  private open(): void {
    const { form, input } = this.parts.naming;
    this.explain('', undefined);
    input.value = this.chat.user ? this.chat.user.name : '';
    form.hidden = false;
    this.parts.header.me.setAttribute('aria-expanded', 'true');
    input.focus();
    input.select();
  }

  private close(): void {
    this.parts.naming.form.hidden = true;
    this.parts.header.me.setAttribute('aria-expanded', 'false');
    this.parts.header.me.focus();
  }

  private async save(): Promise<void> {
    const name = this.parts.naming.input.value.trim();
    if (this.chat.user && name === this.chat.user.name) return this.close();
    if (!name) return this.explain(this.rule(), undefined);
    try {
      await this.chat.rename(name);
      this.update();
      this.close();
    } catch (thrown) {
      const failure = thrown as ChatFailure;
      this.explain(failure.code === 'bad_request' ? this.rule() : failure.message, failure.suggestion);
    }
  }

  private rule(): string {
    return fill(this.parts.texts.nameRule, { n: NAME_MAX });
  }

  private explain(problem: string, suggestion: string | undefined): void {
    const { take, input } = this.parts.naming;
    this.parts.naming.problem.textContent = problem;
    input.setAttribute('aria-invalid', String(problem !== ''));
    if (problem) input.focus();
    take.hidden = !suggestion;
    take.value = suggestion || '';
    refill(take, h('span', {}, ...filled(this.parts.texts.takeName, { name: called(suggestion || '') })));
  }
}
