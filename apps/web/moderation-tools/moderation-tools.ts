import type { ChatEvent, UserRef } from '../../../shared/protocol/events.js';
import { append, h, isolated, remove } from '../element/dom/dom.js';
import { addStyle } from '../element/dom/style.js';
import type { Tools, ToolsHost } from '../element/moderation/tools.js';
import { fill } from '../element/texts.js';
import { Desk } from './actions.js';
import { Strip } from './confirm.js';
import { Judgements } from './member-menu.js';
import css from './moderation-tools.css';
import { Panel } from './panel.js';

/** The strip that is open, and the button that opened it. */
interface Open {
  key: string;
  strip: Strip;
  button: HTMLElement;
}

/** The tools beside messages and people, one strip open at a time, and the room's panel. */
export class OwnerTools implements Tools {
  private readonly desk: Desk;
  private readonly panel: Panel;
  private readonly unstyle: () => void;
  private open: Open | null = null;

  constructor(private readonly host: ToolsHost) {
    this.desk = new Desk(host);
    this.unstyle = addStyle(host.parts.root.getRootNode() as ShadowRoot, css);
    this.panel = new Panel(this.desk);
  }

  beside(event: ChatEvent): Node[] {
    const label = fill(this.desk.texts.toolsOfMessage, { name: isolated(event.from.name) });
    const button = this.button(`message ${event.id}`, label, (judge) => judge.aboutMessage(event));
    return [button];
  }

  person(user: UserRef): Node[] {
    if (!this.desk.mayJudge(user.id)) return [];
    const key = `person ${user.id}`;
    const button = this.button(key, fill(this.desk.texts.toolsOfPerson, { name: isolated(user.name) }), (judge) =>
      judge.aboutPerson(user),
    );
    const nodes: Node[] = this.desk.muted.has(user.id)
      ? [button, h('span', { class: 'hint is-muted' }, this.desk.texts.isMuted)]
      : [button];
    if (!this.open || this.open.key !== key) return nodes;
    this.open.button = button; // the list was drawn anew
    return [...nodes, this.open.strip.element];
  }

  hear(event: ChatEvent): void {
    this.panel.hear(event);
  }

  turn(): void {
    this.panel.turn();
  }

  end(): void {
    this.close(false);
    this.panel.end();
    this.unstyle();
  }

  private button(key: string, label: string, begin: (judge: Judgements) => void): HTMLButtonElement {
    const expanded = String(this.open !== null && this.open.key === key);
    const button = h('button', {
      type: 'button',
      class: 'plain dots',
      'data-key': key,
      'aria-label': label,
      'aria-expanded': expanded,
    });
    button.addEventListener('click', () => {
      const same = this.open !== null && this.open.key === key;
      this.close(same);
      if (!same) this.show(key, label, button, begin);
    });
    return button;
  }

  private show(key: string, label: string, button: HTMLElement, begin: (judge: Judgements) => void): void {
    const strip = new Strip(
      label,
      this.desk.common,
      () => this.close(true),
      () => this.host.settle(),
    );
    this.open = { key, strip, button };
    button.setAttribute('aria-expanded', 'true');
    append(button.closest('.message, li') || button, strip.element);
    begin(new Judgements(this.desk, strip, (gone) => this.close(true, gone)));
    strip.element.scrollIntoView({ block: 'nearest' });
  }

  /** `back`: the focus returns to where it came from, or to what is written next when that is gone. */
  private close(back: boolean, gone = false): void {
    const { open, host } = this;
    if (!open) return;
    this.open = null;
    remove(open.strip.element);
    open.button.setAttribute('aria-expanded', 'false');
    if (back) (open.button.isConnected && !gone ? open.button : host.parts.composer.input).focus();
    host.settle();
  }
}
