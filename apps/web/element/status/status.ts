import type { ChatEvent } from '../../../../shared/protocol/events.js';
import type { Chat, ChatFailure, StateChange } from '../../client/api.js';
import { append, called, h, type Part, refill } from '../dom/dom.js';
import type { Skeleton } from '../dom/skeleton.js';
import { durationText } from '../log/times.js';
import { fill, filled } from '../texts.js';
import { whyNot } from './denials.js';
import { doctorOf, hasAnswered, obstacle } from './obstacle.js';

/** ms of trouble before it is worth a line: most is over sooner. And of opening before that is called trouble. */
const SLOW = 1_200;
const STUCK = 4_000;
/** ms for which something that needs no action is shown. */
const PASSING = 8_000;

export interface Action {
  label: string;
  act(): void;
}

/** The line above the composer that says, in plain words, when something is not as it should be. */
export class StatusView {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private opened = false;
  private failed = false;
  private reason = '';

  constructor(
    private readonly parts: Skeleton,
    private readonly chat: Chat,
    private readonly restart: () => void,
  ) {
    const { texts } = parts;
    this.later(SLOW, () => {
      this.say(texts.connecting);
      this.later(STUCK, () => this.complain());
    });
    chat.on('error', (failure) => {
      this.failed = true;
      if (failure.reason) this.refused(failure);
      else this.say(fill(texts.failed, { reason: failure.message }), { label: texts.again, act: restart });
    });
    chat.on('state', (change) => this.turn(change));
    chat.on('missed', () => this.pass(texts.missed));
    chat.on('reset', () => this.pass(texts.missed));
  }

  /** The user is no longer in the room: because of the event, if one told so. */
  out(event?: ChatEvent): void {
    const { texts } = this.parts;
    const by = event && event.by ? called(event.by.name) : '';
    const seconds = event && event.banned;
    if (seconds) return this.barred(filled(texts.bannedBy, { by, time: durationText(seconds, texts) }), seconds);
    this.say(by ? filled(texts.outBy, { by }) : [texts.out], { label: texts.comeBack, act: this.restart });
  }

  /** Something that needs no action, but may offer one: goes away by itself. */
  pass(said: Part[] | string, action?: Action): void {
    this.say(said, action);
    this.later(PASSING, () => this.clear());
  }

  /** The room does not let this user in. */
  private refused(failure: ChatFailure): void {
    const { texts } = this.parts;
    const why = whyNot(failure, texts);
    if (failure.reason === 'banned') this.barred([why], failure.retryAfter || 0);
    else this.say(why, { label: texts.again, act: this.restart });
  }

  /** Coming back is offered when it is possible. */
  private barred(parts: Part[], seconds: number): void {
    const { texts } = this.parts;
    this.say(parts);
    this.later(seconds * 1_000, () => this.say(texts.banOver, { label: texts.comeBack, act: this.restart }));
  }

  private turn({ state, reason }: StateChange): void {
    const { texts, root } = this.parts;
    root.dataset.state = state;
    this.reason = reason;
    if (state === 'online') this.opened = true;
    if (state === 'online') this.clear();
    if (state === 'reconnecting') this.later(SLOW, () => this.complain());
    if (state !== 'left' || this.failed) return;
    const asked = reason === 'left';
    this.say(asked ? texts.ended : texts.elsewhere, {
      label: asked ? texts.comeBack : texts.useHere,
      act: this.restart,
    });
  }

  /** Says what is wrong, that it is tried again, and what one can do. */
  private complain(): void {
    const { texts } = this.parts;
    const now = { label: texts.tryNow, act: () => this.tryNow() };
    if (this.opened) return this.say(texts.reconnecting, now);
    const doctor = hasAnswered(this.reason) ? null : doctorOf(this.chat.server);
    const link = h('a', { href: doctor || '', target: '_blank', rel: 'noopener' }, doctor);
    this.say(
      obstacle(this.chat.server, this.reason, texts),
      now,
      doctor ? h('small', {}, texts.askDoctor, ' ', link) : null,
    );
  }

  private tryNow(): void {
    const { texts } = this.parts;
    this.say(texts.trying, { label: texts.tryNow, act: () => undefined });
    this.later(SLOW, () => this.complain());
    this.chat.retry();
  }

  private later(ms: number, act: () => void): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(act, ms);
  }

  private say(said: Part[] | string, action?: Action, more: Node | null = null): void {
    clearTimeout(this.timer);
    const { status } = this.parts;
    const focused = this.hasFocus();
    refill(status, h('span', {}, ...(typeof said === 'string' ? [said] : said)));
    status.hidden = false;
    if (action) append(status, this.button(action, focused));
    if (more) append(status, more);
  }

  private button({ label, act }: Action, focused: boolean): HTMLButtonElement {
    const button = h('button', { type: 'button', class: 'solid' }, label);
    button.addEventListener('click', act);
    if (focused) queueMicrotask(() => button.focus());
    return button;
  }

  /** Who had tried by keyboard may write on. */
  private clear(): void {
    clearTimeout(this.timer);
    const focused = this.hasFocus();
    this.parts.status.hidden = true;
    refill(this.parts.status);
    if (focused) this.parts.composer.input.focus();
  }

  private hasFocus(): boolean {
    const { status } = this.parts;
    const { activeElement } = status.getRootNode() as ShadowRoot;
    return status.contains(activeElement);
  }
}
