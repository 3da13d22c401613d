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
  /** Set while this user is asked for a name before the first message: sends it. */
  private sendFirst: (() => void) | null = null;
  /** This user wants to write as a guest. */
  private staysGuest = false;

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
    cancel.addEventListener('click', () => this.cancel());
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
    this.enterAs = enterAs;
    this.open(this.typed.read()); // not the user's name: the room has refused it
  }

  /**
   * Asks a guest for a name, if the page wants that. `send` is called when the guest has one, or wants none. Returns
   * false if there is nothing to ask.
   */
  askFirst(send: () => void): boolean {
    const { host } = this.skeleton.root.getRootNode() as ShadowRoot;
    const isNameless = GUEST_NAME.test(this.chat.user?.name || '') && !this.staysGuest;
    if (host.getAttribute('ask') !== 'name' || !isNameless) return false;
    this.sendFirst = send;
    this.open(this.typed.read());
    return true;
  }

  private cancel(): void {
    const { sendFirst } = this;
    this.close();
    if (!sendFirst) return;
    this.staysGuest = true;
    sendFirst();
  }

  private open(name = this.chat.user?.name || ''): void {
    const { skeleton, enterAs, sendFirst } = this;
    const { texts } = skeleton;
    const { form, input, save, cancel } = skeleton.ownName;
    this.explain('');
    save.textContent = enterAs ? texts.enterAs : sendFirst ? texts.send : texts.save;
    cancel.textContent = sendFirst ? fill(texts.sendAs, { name: this.chat.user?.name }) : texts.cancel;
    cancel.hidden = enterAs !== null;
    input.value = name;
    form.hidden = false;
    this.skeleton.header.me.setAttribute('aria-expanded', 'true');
    input.focus();
    input.select();
  }

  private close(): void {
    const { ownName, header, composer } = this.skeleton;
    if (this.enterAs) return;
    ownName.form.hidden = true;
    header.me.setAttribute('aria-expanded', 'false');
    (this.sendFirst ? composer.input : header.me).focus();
    this.sendFirst = null;
  }

  private async save(): Promise<void> {
    const wanted = this.skeleton.ownName.input.value.trim();
    const { enterAs, sendFirst } = this;
    const isAsked = enterAs || sendFirst;
    if (!isAsked && wanted === this.chat.user?.name) return this.close();
    if (!fitName(wanted)) return this.explain(this.rule());
    if (isAsked && GUEST_NAME.test(wanted)) return this.explain(this.skeleton.texts.nameGuest);
    if (isAsked) this.typed.write(fitName(wanted));
    if (enterAs) return enterAs(fitName(wanted));
    try {
      await this.chat.rename(wanted);
      this.update();
      this.close();
      if (sendFirst) sendFirst();
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
