import type { ChatEvent } from '../../../../shared/protocol/events.js';
import type { Chat, ChatFailure, ServerChange, StateChange } from '../../client/api.js';
import { append, button, h, type Piece, refill } from '../dom/dom.js';
import { called, filled } from '../dom/sentence.js';
import type { Skeleton } from '../skeleton.js';
import { fill } from '../texts.js';
import { durationText } from '../times.js';
import { denialText } from './denials.js';
import { doctorAddress, hasAnswered, obstacle } from './obstacle.js';

/** Trouble is shown after this time: most trouble is over sooner. */
const SLOW_MS = 1_200;
/** Opening the room counts as trouble after this much more time. */
const STUCK_MS = 4_000;
/** A text that needs no action is shown for this time. */
const BRIEF_MS = 8_000;

export interface Action {
  label: string;
  act(): void;
}

/** The line above the composer that says when something is wrong. */
export class StatusView {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private hasOpened = false;
  private hasFailed = false;
  private reason = '';
  /** Whether the author of the page was told that the page is busy. */
  private isBusy = false;
  /** Stays until the user closes it; other texts only cover it. */
  private standing = '';
  /** Shows why the user cannot go on here. Nothing but the button there ends that; other texts only cover it. */
  private showEnd: (() => void) | null = null;

  constructor(
    private readonly skeleton: Skeleton,
    private readonly chat: Chat,
    private readonly restart: () => void,
  ) {
    const { texts } = skeleton;
    this.schedule(SLOW_MS, () => {
      this.show(texts.connecting);
      this.schedule(STUCK_MS, () => this.showTrouble());
    });
    chat.on('error', (failure) => {
      this.hasFailed = true;
      if (failure.reason) this.showRefusal(failure);
      else this.end(fill(texts.failed, { reason: denialText(failure, texts) }), texts.again);
    });
    chat.on('state', (change) => this.stateChanged(change));
    chat.on('missed', () => this.showBriefly(texts.missed));
    chat.on('reset', () => this.showBriefly(texts.missed));
    chat.on('busy', ({ message }) => {
      if (!this.isBusy) console.warn(`${message} ${chat.server}/docs#errors`);
      this.isBusy = true;
      this.showBriefly(texts.busy);
    });
  }

  /** The user is no longer in the room. `event` says why, if there is one. */
  showRemoval(event?: ChatEvent): void {
    const { texts } = this.skeleton;
    const by = event?.by ? called(event.by.name) : '';
    const seconds = event?.banned;
    if (seconds) this.showBan(filled(texts.bannedBy, { by, time: durationText(seconds, texts) }), seconds);
    else this.end(by ? filled(texts.outBy, { by }) : texts.out, texts.comeBack);
  }

  /** Says on which server the chat runs now. While that is not the first one, it stays. */
  showMove({ server, was }: ServerChange, away: boolean): void {
    const { texts, root } = this.skeleton;
    root.dataset.state = this.chat.state;
    this.hasOpened = true;
    const hosts = { server: hostOf(server), was: hostOf(was) };
    if (away) this.standing = fill(texts.moved, hosts);
    if (away) this.clear();
    else this.showBriefly(fill(texts.movedBack, hosts));
  }

  /** Shows a text that needs no action, for a short time. It may offer an action. */
  showBriefly(text: Piece[] | string, action?: Action): void {
    this.show(text, action);
    this.schedule(BRIEF_MS, () => this.clear());
  }

  /** Asks before something that cannot be undone. The question goes when the user does not answer it. */
  ask(question: Piece[] | string, { label, act }: Action): void {
    const { statusLine, texts } = this.skeleton;
    const answered = (): void => {
      this.clear();
      act();
    };
    this.showBriefly(question, { label, act: answered });
    append(
      statusLine,
      button({ class: 'plain' }, () => this.clear(), texts.cancel),
    );
    statusLine.querySelector('button')?.focus();
  }

  /** Shows why the user cannot go on. `label`: of the button that joins again. */
  private end(text: Piece[] | string, label?: string): void {
    this.showEnd = () => this.show(text, label ? { label, act: this.restart } : undefined);
    this.showEnd();
  }

  /** The room does not let this user in. */
  private showRefusal(failure: ChatFailure): void {
    const { texts } = this.skeleton;
    const text = failure.reason === 'key' && this.chat.key ? texts.whyOldKey : denialText(failure, texts);
    if (failure.reason === 'name') this.end(text);
    else if (failure.reason === 'banned') this.showBan(text, failure.retryAfter || 0);
    else this.end(text, texts.again);
  }

  /** Offers to join again as soon as that is possible. */
  private showBan(text: Piece[] | string, seconds: number): void {
    const { texts } = this.skeleton;
    const overAt = Date.now() + seconds * 1_000;
    this.showEnd = () => {
      this.show(text);
      this.schedule(overAt - Date.now(), () => this.end(texts.banOver, texts.comeBack));
    };
    this.showEnd();
  }

  private stateChanged({ state, reason }: StateChange): void {
    const { texts, root } = this.skeleton;
    root.dataset.state = state;
    this.reason = reason;
    if (state === 'online') {
      this.hasOpened = true;
      this.clear();
    }
    if (state === 'reconnecting') this.schedule(SLOW_MS, () => this.showTrouble());
    if (state !== 'left' || this.hasFailed) return;
    if (reason === 'left') this.end(texts.ended, texts.comeBack);
    else this.end(texts.elsewhere, texts.useHere);
  }

  /** Says what is wrong, that the chat keeps trying, and what the user can do. */
  private showTrouble(): void {
    const { texts } = this.skeleton;
    const retry = { label: texts.tryNow, act: () => this.retry() };
    if (this.hasOpened) {
      this.show(texts.reconnecting, retry);
      return;
    }
    const doctor = hasAnswered(this.reason) ? null : doctorAddress(this.chat.server);
    const link = h('a', { href: doctor || '', target: '_blank', rel: 'noopener' }, doctor);
    const hint = doctor ? h('small', {}, texts.askDoctor, ' ', link) : null;
    this.show(obstacle(this.chat.server, this.reason, texts), retry, hint);
  }

  private retry(): void {
    const { texts } = this.skeleton;
    this.show(texts.trying, { label: texts.tryNow, act: () => undefined });
    this.schedule(SLOW_MS, () => this.showTrouble());
    this.chat.retry();
  }

  private schedule(ms: number, act: () => void): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(act, ms);
  }

  private show(text: Piece[] | string, action?: Action, hint: Node | null = null): void {
    clearTimeout(this.timer);
    const { statusLine } = this.skeleton;
    const hadFocus = this.hasFocus();
    refill(statusLine, h('span', {}, ...(typeof text === 'string' ? [text] : text)));
    statusLine.hidden = false;
    if (action) append(statusLine, actionButton(action, hadFocus));
    append(statusLine, hint);
  }

  /** The text that is shown is over. */
  clear(): void {
    if (this.showEnd) this.showEnd();
    else this.empty();
  }

  /** If the button had the focus, the composer gets it, so that the user can go on by keyboard. */
  private empty(): void {
    clearTimeout(this.timer);
    const { statusLine, composer } = this.skeleton;
    const hadFocus = this.hasFocus();
    statusLine.hidden = true;
    refill(statusLine);
    if (hadFocus) composer.input.focus();
    if (this.standing) this.show(this.standing, { label: this.skeleton.texts.close, act: () => this.forget() });
  }

  private forget(): void {
    this.standing = '';
    this.clear();
  }

  private hasFocus(): boolean {
    const { statusLine } = this.skeleton;
    const { activeElement } = statusLine.getRootNode() as ShadowRoot;
    return statusLine.contains(activeElement);
  }
}

function hostOf(server: string): string {
  return new URL(server, document.baseURI).host;
}

function actionButton({ label, act }: Action, withFocus: boolean): HTMLButtonElement {
  const made = button({ class: 'solid' }, act, label);
  if (withFocus) queueMicrotask(() => made.focus());
  return made;
}
