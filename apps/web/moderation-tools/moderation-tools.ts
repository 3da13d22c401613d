import type { ChatEvent, UserRef } from '../../../shared/protocol/events.js';
import { append, button, h, remove } from '../element/dom/dom.js';
import { isolated } from '../element/dom/sentence.js';
import { addStyle } from '../element/dom/style.js';
import type { MessageChoice, Tools, ToolsDelegate } from '../element/moderation/load-tools.js';
import { fill } from '../element/texts.js';
import { Actions } from './actions.js';
import { Confirm } from './confirm.js';
import { MemberMenu } from './member-menu.js';
import css from './moderation-tools.css';
import { Panel } from './panel.js';

/** The open menu, and the button that opened it. */
interface OpenMenu {
  key: string;
  box: Confirm;
  button: HTMLElement;
}

/** The menus of messages and people, of which one at a time is open, and the room's panel. */
export class ModerationTools implements Tools {
  private readonly actions: Actions;
  private readonly panel: Panel;
  private readonly removeStyle: () => void;
  private openMenu: OpenMenu | null = null;

  constructor(private readonly delegate: ToolsDelegate) {
    this.actions = new Actions(delegate);
    this.removeStyle = addStyle(delegate.skeleton.root.getRootNode() as ShadowRoot, css);
    this.panel = new Panel(this.actions);
  }

  choicesFor(event: ChatEvent): MessageChoice[] {
    const label = fill(this.actions.texts.toolsOfMessage, { name: isolated(event.from.name) });
    const box = this.box(label);
    const choices = this.menuIn(box).choicesForMessage(event);
    return choices.map((choice) => ({
      label: choice.label,
      ...(choice.danger && { danger: true }),
      act: (opener) => {
        this.closeMenu(false);
        this.place(`message ${event.id}`, box, opener);
        box.choose([choice]);
        void box.run(choice.act);
      },
    }));
  }

  forPerson(user: UserRef): Node[] {
    const { actions, openMenu } = this;
    if (!actions.mayModerate(user.id)) return [];
    const key = `person ${user.id}`;
    const label = fill(actions.texts.toolsOfPerson, { name: isolated(user.name) });
    const dots = this.menuButton(key, label, (menu) => menu.openForPerson(user));
    const nodes: Node[] = [dots];
    if (actions.muted.has(user.id)) nodes.push(h('span', { class: 'hint is-muted' }, actions.texts.isMuted));
    if (actions.hasVoice(user.id)) nodes.push(h('span', { class: 'hint is-muted' }, actions.texts.hasVoice));
    if (openMenu?.key === key) {
      openMenu.button = dots; // the list has been drawn again
      nodes.push(openMenu.box.element);
    }
    return nodes;
  }

  receive(event: ChatEvent): void {
    this.panel.receive(event);
  }

  update(): void {
    this.panel.update();
  }

  end(): void {
    this.closeMenu(false);
    this.panel.end();
    this.removeStyle();
  }

  private menuButton(key: string, label: string, begin: (menu: MemberMenu) => void): HTMLButtonElement {
    const isOpen = (): boolean => this.openMenu?.key === key;
    const toggle = (): void => {
      const wasOpen = isOpen();
      this.closeMenu(wasOpen);
      if (!wasOpen) this.show(key, label, dots, begin);
    };
    const expanded = String(isOpen());
    const attributes = { class: 'plain beside dots', 'data-key': key, 'aria-label': label, 'aria-expanded': expanded };
    const dots = button(attributes, toggle);
    return dots;
  }

  private show(key: string, label: string, dots: HTMLElement, begin: (menu: MemberMenu) => void): void {
    const box = this.box(label);
    this.place(key, box, dots);
    begin(this.menuIn(box));
    box.element.scrollIntoView({ block: 'nearest' });
  }

  private box(label: string): Confirm {
    const close = (): void => this.closeMenu(true);
    return new Confirm(label, this.actions.elementTexts, close, () => this.delegate.settle());
  }

  private menuIn(box: Confirm): MemberMenu {
    return new MemberMenu(this.actions, box, (disappears) => this.closeMenu(true, disappears));
  }

  /** Puts a box below the message or the person of its button. */
  private place(key: string, box: Confirm, opener: HTMLElement): void {
    this.openMenu = { key, box, button: opener };
    opener.setAttribute('aria-expanded', 'true');
    append(opener.closest('.message, li') || opener, box.element);
  }

  /** `returnFocus`: the button gets the focus back, or the composer if the button disappears. */
  private closeMenu(returnFocus: boolean, disappears = false): void {
    const { openMenu, delegate } = this;
    if (!openMenu) return;
    const { box, button: dots } = openMenu;
    this.openMenu = null;
    remove(box.element);
    dots.setAttribute('aria-expanded', 'false');
    if (returnFocus) (dots.isConnected && !disappears ? dots : delegate.skeleton.composer.input).focus();
    delegate.settle();
  }
}
