import { fitName } from '../../../../shared/protocol/letters.js';
import { NAME_MAX } from '../../../../shared/protocol/limits.js';
import type { Chat, ChatFailure } from '../../client/api.js';
import { avatar, h, onEscape, refill } from '../dom/dom.js';
import { called, filled, isolated } from '../dom/sentence.js';
import type { Skeleton } from '../skeleton.js';
import { denialText } from '../status/denials.js';
import { fill } from '../texts.js';
import { TypedName } from './typed-name.js';

/** The names that the server gives to guests. Such a name is none where the room asks for one. */
const GUEST_NAME = /^guest-\d+$/;

/** The button with the user's own name, and the form that it opens. */
export class OwnName {
  /** Set while the room asks for a name: this user is not in it yet. */
  private enterAs: ((name: string) => void) | null = null;

  constructor(
    private readonly skeleton: Skeleton,
    private readonly chat: Chat,
  ) {
    const { form, input, cancel, suggested } = skeleton.ownName;
    skeleton.header.me.addEventListener('click', () => (form.hidden ? this.open() : this.close()));
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.save();
    });
    onEscape(form, () => this.close());
    cancel.addEventListener('click', () => this.close());
    suggested.addEventListener('click', () => {
      input.value = suggested.value;
      void this.save();
    });
  }

  /** Shows the current name. */
  update(): void {
    const { me } = this.skeleton.header;
    const { user } = this.chat;
    if (!user) return;
    refill(me, avatar(user.id, user.name), h('bdi', { class: 'own-name' }, user.name));
    me.setAttribute('aria-label', fill(this.skeleton.texts.editName, { name: isolated(user.name) }));
    me.hidden = false;
  }

  private get typed(): TypedName {
    return new TypedName(this.chat.server, this.chat.room);
  }

  /** The room lets nobody in without a name. */
  ask(enterAs: (name: string) => void): void {
    const { save, cancel } = this.skeleton.ownName;
    this.enterAs = enterAs;
    save.textContent = this.skeleton.texts.enterAs;
    cancel.hidden = true;
    this.open(this.typed.read()); // not the user's name: the room has refused it
  }

  private open(name = this.chat.user?.name || ''): void {
    const { form, input } = this.skeleton.ownName;
    this.explain('');
    input.value = name;
    form.hidden = false;
    this.skeleton.header.me.setAttribute('aria-expanded', 'true');
    input.focus();
    input.select();
  }

  private close(): void {
    const { ownName, header } = this.skeleton;
    if (this.enterAs) return;
    ownName.form.hidden = true;
    header.me.setAttribute('aria-expanded', 'false');
    header.me.focus();
  }

  private async save(): Promise<void> {
    const wanted = this.skeleton.ownName.input.value.trim();
    if (!this.enterAs && wanted === this.chat.user?.name) return this.close();
    if (!fitName(wanted)) return this.explain(this.rule());
    if (this.enterAs && GUEST_NAME.test(wanted)) return this.explain(this.skeleton.texts.nameGuest);
    if (this.enterAs) {
      this.typed.write(fitName(wanted));
      return this.enterAs(fitName(wanted));
    }
    try {
      await this.chat.rename(wanted);
      this.update();
      this.close();
    } catch (thrown) {
      const failure = thrown as ChatFailure;
      this.explain(
        failure.code === 'bad_request' ? this.rule() : denialText(failure, this.skeleton.texts),
        failure.suggestion,
      );
    }
  }

  private rule(): string {
    return fill(this.skeleton.texts.nameRule, { n: NAME_MAX });
  }

  private explain(text: string, suggestion = ''): void {
    const { suggested, input, problem } = this.skeleton.ownName;
    problem.textContent = text;
    input.setAttribute('aria-invalid', String(text !== ''));
    if (text) input.focus();
    suggested.hidden = !suggestion;
    suggested.value = suggestion;
    refill(suggested, h('span', {}, ...filled(this.skeleton.texts.takeName, { name: called(suggestion) })));
  }
}
