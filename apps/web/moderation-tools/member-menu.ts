import { type ChatEvent, isPoster, type UserRef } from '../../../shared/protocol/events.js';
import { h, type Piece } from '../element/dom/dom.js';
import { called, filled } from '../element/dom/sentence.js';
import { durationText } from '../element/times.js';
import type { Actions } from './actions.js';
import type { Choice, Confirm } from './confirm.js';

type Operation = Parameters<Actions['run']>[0];

/** The lengths of a mute and of a ban that the menu offers. */
const MUTES_S = [600, 3_600, 86_400];
const BANS_S = [3_600, 86_400, 7 * 86_400, 90 * 86_400];
/** Characters of a pinned message. They fit into a value, however they are escaped. */
const PIN_MAX = 500;
/** After these the message or the person disappears, and the menu's button with it. */
const REMOVING: ReadonlySet<string> = new Set(['remove', 'reject', 'kick', 'ban']);

/** The moderation menu of a message or a person. It goes step by step in one box. */
export class MemberMenu {
  /** `done` is called after an action, with whether the message or the person disappears. */
  constructor(
    private readonly actions: Actions,
    private readonly confirm: Confirm,
    private readonly done: (disappears: boolean) => void,
  ) {}

  choicesForMessage(event: ChatEvent): Choice[] {
    return [...this.pinChoices(event), this.removeChoice(event), ...this.memberChoices(event.from)];
  }

  openForPerson(user: UserRef): void {
    this.confirm.choose([...this.memberChoices(user), ...(this.actions.isOwner ? this.ownerChoices(user) : [])]);
  }

  /** Asks once, and then runs the operation. */
  ask(question: Piece[], label: string, operation: Operation, values: Record<string, unknown> = {}): void {
    this.confirm.ask(question, [{ label, danger: true, act: () => this.finish(operation, values) }]);
  }

  handOver(user: UserRef): void {
    const { texts } = this.actions;
    const act = async (): Promise<string> => {
      const problem = await this.actions.run('handover', { user: user.id });
      if (!problem) this.confirm.tell(sentence(texts.offerDone, user), []);
      return problem;
    };
    this.confirm.ask(sentence(texts.handOverAsk, user), [{ label: texts.offer, danger: true, act }]);
  }

  private removeChoice({ id, type, held }: ChatEvent): Choice {
    const { texts } = this.actions;
    if (type === 'delayed')
      return { label: texts.remove, danger: true, act: () => this.finish('reject', { id: held }) };
    return step(texts.remove, () => this.ask([texts.removeAsk], texts.remove, 'remove', { id }));
  }

  /** The pin has a copy of the text, because late-comers may not have the message. */
  private pinChoices({ id, type, from, text }: ChatEvent): Choice[] {
    if (text === undefined || type === 'delayed') return [];
    const value = { id, from, text: [...text].slice(0, PIN_MAX).join('') };
    return [{ label: this.actions.texts.pin, act: () => this.finish('set', { key: '@pin', value }) }];
  }

  private memberChoices(user: UserRef): Choice[] {
    const { texts } = this.actions;
    if (!this.actions.mayModerate(user.id)) return [];
    const values = { user: user.id };
    const mute = this.actions.muted.has(user.id)
      ? { label: texts.letWrite, act: () => this.unmute(user) }
      : step(texts.mute, () => this.mute(user));
    const ban = step(texts.ban, () => this.ban(user));
    if (isPoster(user.id)) return user.bot ? [mute] : [mute, ban];
    return [
      ...this.voiceChoices(user),
      mute,
      step(texts.sendOut, () => this.ask(sentence(texts.sendOutAsk, user), texts.sendOut, 'kick', values)),
      ban,
    ];
  }

  /** In a read-only room, some members may write all the same. */
  private voiceChoices({ id }: UserRef): Choice[] {
    const { texts, voices, delegate } = this.actions;
    if (!delegate.roleState.rules.readonly || delegate.roleState.roleOf(id)) return [];
    const on = !voices.has(id);
    return [{ label: on ? texts.allow : texts.disallow, act: () => this.finish('allow', { user: id, on }) }];
  }

  private ownerChoices(user: UserRef): Choice[] {
    const { texts, delegate } = this.actions;
    const moderate = delegate.roleState.roleOf(user.id)
      ? { label: texts.demote, act: () => this.finish('moderate', { user: user.id, on: false }) }
      : step(texts.promote, () => this.promote(user));
    return [moderate, step(texts.handOver, () => this.handOver(user))];
  }

  private promote(user: UserRef): void {
    const { texts } = this.actions;
    const act = (): Promise<string> => this.finish('moderate', { user: user.id, on: true });
    this.confirm.ask(sentence(texts.promoteAsk, user), [{ label: texts.promote, act }]);
  }

  private mute(user: UserRef): void {
    const { texts } = this.actions;
    const checkbox = h('input', { type: 'checkbox' });
    const option = h('label', { class: 'option' }, checkbox, h('span', {}, ...sentence(texts.quietly, user)));
    const choices = MUTES_S.map((seconds) => ({
      label: this.duration(seconds),
      act: () => this.muteFor(user, seconds, checkbox.checked),
    }));
    this.confirm.ask(sentence(texts.muteAsk, user), choices, option);
  }

  private async muteFor(user: UserRef, seconds: number, quiet: boolean): Promise<string> {
    const { texts } = this.actions;
    const problem = await this.actions.run('mute', { user: user.id, seconds, quiet });
    const undo = { label: texts.unmute, act: () => this.unmute(user) };
    if (!problem) this.confirm.tell(sentence(texts.muteDone, user, this.duration(seconds)), [undo]);
    return problem;
  }

  private unmute(user: UserRef): Promise<string> {
    return this.finish('mute', { user: user.id, seconds: 0 });
  }

  private ban(user: UserRef): void {
    const { texts } = this.actions;
    const checkbox = h('input', { type: 'checkbox' });
    const option = h('label', { class: 'option' }, checkbox, texts.banMessages);
    const choices = BANS_S.map((seconds) => ({
      label: this.duration(seconds),
      danger: true,
      act: () => this.finish('ban', { user: user.id, seconds, messages: checkbox.checked }),
    }));
    this.confirm.ask(sentence(texts.banAsk, user), choices, option);
  }

  private async finish(operation: Operation, values: Record<string, unknown>): Promise<string> {
    const problem = await this.actions.run(operation, values);
    if (!problem) this.done(REMOVING.has(operation));
    return problem;
  }

  private duration(seconds: number): string {
    return durationText(seconds, this.actions.elementTexts);
  }
}

/** Makes a choice that shows the next step of the menu. */
function step(label: string, show: () => void): Choice {
  return {
    label,
    act: () => {
      show();
      return undefined;
    },
  };
}

function sentence(text: string, user: UserRef, time = ''): Piece[] {
  return filled(text, { name: called(user.name), time });
}
