import type { ChatEvent, UserRef } from '../../../shared/protocol/events.js';
import { called, h, type Part } from '../element/dom/dom.js';
import { durationText } from '../element/log/times.js';
import { filled } from '../element/texts.js';
import type { Desk } from './actions.js';
import type { Choice, Strip } from './confirm.js';

/** Seconds to choose from. */
const MUTES = [600, 3_600, 86_400];
const BANS = [3_600, 86_400];
/** What takes its message or person off the screen. */
const GONE: ReadonlySet<string> = new Set(['remove', 'kick', 'ban']);

/** What can be done about a message and about a person, step by step in one strip. */
export class Judgements {
  /** `done`: all is done, and the strip may go; `gone`: so may what it was about. */
  constructor(
    private readonly desk: Desk,
    private readonly strip: Strip,
    private readonly done: (gone: boolean) => void,
  ) {}

  aboutMessage(event: ChatEvent): void {
    this.strip.offer([this.removal(event), ...this.against(event.from)]);
  }

  aboutPerson(user: UserRef): void {
    this.strip.offer([...this.against(user), ...(this.desk.isOwner ? this.trust(user) : [])]);
  }

  /** Asks once, and does it. */
  confirm(
    question: Part[] | string,
    label: string,
    operation: Parameters<Desk['act']>[0],
    values: Record<string, unknown> = {},
  ): void {
    this.strip.ask(question, [{ label, grave: true, act: () => this.finish(operation, values) }]);
  }

  offer(user: UserRef): void {
    const { texts } = this.desk;
    const act = async (): Promise<string> => {
      const problem = await this.desk.act('handover', { user: user.id });
      if (!problem) this.strip.tell(filled(texts.offerDone, { name: called(user.name) }), []);
      return problem;
    };
    this.strip.ask(filled(texts.handOverAsk, { name: called(user.name) }), [{ label: texts.offer, grave: true, act }]);
  }

  private removal({ id }: ChatEvent): Choice {
    const { texts } = this.desk;
    return { label: texts.remove, act: () => this.confirm(texts.removeAsk, texts.remove, 'remove', { id }) };
  }

  private against(user: UserRef): Choice[] {
    const { texts } = this.desk;
    if (!this.desk.mayJudge(user.id)) return [];
    return [
      this.desk.muted.has(user.id)
        ? { label: texts.letWrite, act: () => this.finish('mute', { user: user.id, seconds: 0 }) }
        : { label: texts.mute, act: () => this.mute(user) },
      {
        label: texts.sendOut,
        act: () =>
          this.confirm(filled(texts.sendOutAsk, { name: called(user.name) }), texts.sendOut, 'kick', { user: user.id }),
      },
      { label: texts.ban, act: () => this.ban(user) },
    ];
  }

  private trust(user: UserRef): Choice[] {
    const { texts, host } = this.desk;
    const moderate = host.standing.keeps(user.id)
      ? { label: texts.demote, act: () => this.finish('moderate', { user: user.id, on: false }) }
      : { label: texts.promote, act: () => this.promote(user) };
    return [moderate, { label: texts.handOver, act: () => this.offer(user) }];
  }

  private promote(user: UserRef): void {
    const { texts } = this.desk;
    this.strip.ask(filled(texts.promoteAsk, { name: called(user.name) }), [
      { label: texts.promote, act: () => this.finish('moderate', { user: user.id, on: true }) },
    ]);
  }

  private mute(user: UserRef): void {
    const { texts } = this.desk;
    const box = h('input', { type: 'checkbox' });
    const quietly = h(
      'label',
      { class: 'option' },
      box,
      h('span', {}, ...filled(texts.quietly, { name: called(user.name) })),
    );
    const choices = MUTES.map((seconds) => ({
      label: this.duration(seconds),
      act: () => this.muteFor(user, seconds, box.checked),
    }));
    this.strip.ask(filled(texts.muteAsk, { name: called(user.name) }), choices, quietly);
  }

  private async muteFor(user: UserRef, seconds: number, quiet: boolean): Promise<string> {
    const { texts } = this.desk;
    const problem = await this.desk.act('mute', { user: user.id, seconds, quiet });
    const undo = { label: texts.unmute, act: () => this.finish('mute', { user: user.id, seconds: 0 }) };
    if (!problem)
      this.strip.tell(filled(texts.muteDone, { name: called(user.name), time: this.duration(seconds) }), [undo]);
    return problem;
  }

  private ban(user: UserRef): void {
    const { texts } = this.desk;
    const box = h('input', { type: 'checkbox' });
    const wipe = h('label', { class: 'option' }, box, texts.banMessages);
    const act = (seconds: number): Promise<string> =>
      this.finish('ban', { user: user.id, seconds, messages: box.checked });
    const choices = BANS.map((seconds) => ({ label: this.duration(seconds), grave: true, act: () => act(seconds) }));
    this.strip.ask(filled(texts.banAsk, { name: called(user.name) }), choices, wipe);
  }

  private async finish(operation: Parameters<Desk['act']>[0], values: Record<string, unknown>): Promise<string> {
    const problem = await this.desk.act(operation, values);
    if (!problem) this.done(GONE.has(operation));
    return problem;
  }

  private duration(seconds: number): string {
    return durationText(seconds, this.desk.common);
  }
}
