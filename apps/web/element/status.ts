import type { Chat, StateChange } from '../client/api.js';
import { h } from './dom.js';
import type { Skeleton } from './skeleton.js';
import { fill } from './texts.js';

/** ms of trouble before it is worth a line: most is over sooner. */
const SLOW = 1_200;

/** The line above the composer that says, in plain words, when something is not as it should be. */
export class StatusView {
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly parts: Skeleton, chat: Chat, private readonly restart: () => void) {
    this.soon(parts.texts.connecting);
    let failed = false;
    chat.on('error', (failure) => {
      failed = true;
      this.say(fill(parts.texts.failed, { reason: failure.message }), parts.texts.again);
    });
    chat.on('state', (change) => this.turn(change, failed));
    chat.on('missed', () => this.pass(parts.texts.missed));
    chat.on('reset', () => this.pass(parts.texts.missed));
  }

  private turn({ state, reason }: StateChange, failed: boolean): void {
    const { texts, root } = this.parts;
    root.dataset['state'] = state;
    if (state === 'online') this.clear();
    if (state === 'reconnecting') this.soon(texts.reconnecting);
    if (state === 'left' && !failed) this.say(reason === 'left' ? texts.ended : texts.elsewhere, reason === 'left' ? texts.again : texts.useHere);
  }

  private soon(text: string): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.say(text), SLOW);
  }

  /** Something that needs no action: goes away by itself. */
  private pass(text: string): void {
    this.say(text);
    this.timer = setTimeout(() => this.clear(), 8_000);
  }

  private say(text: string, action?: string): void {
    clearTimeout(this.timer);
    const { status } = this.parts;
    const button = h('button', { type: 'button', class: 'solid' }, action || '');
    button.addEventListener('click', () => this.restart());
    status.replaceChildren(h('span', {}, text), ...(action ? [button] : []));
    status.hidden = false;
  }

  private clear(): void {
    clearTimeout(this.timer);
    this.parts.status.hidden = true;
    this.parts.status.replaceChildren();
  }
}
