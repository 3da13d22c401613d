import type { ChatEvent, UserRef } from '../../../shared/protocol/events.js';
import { append, button, h, remove } from '../element/dom/dom.js';
import { isolated } from '../element/dom/sentence.js';
import { addStyle } from '../element/dom/style.js';
import type { Tools, ToolsDelegate } from '../element/moderation/load-tools.js';
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

  forMessage(event: ChatEvent): Node[] {
    const label = fill(this.actions.texts.toolsOfMessage, { name: isolated(event.from.name) });
    return [this.menuButton(`message ${event.id}`, label, (menu) => menu.openForMessage(event))];
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
    const attributes = { class: 'plain dots', 'data-key': key, 'aria-label': label, 'aria-expanded': expanded };
    const dots = button(attributes, toggle);
    return dots;
  }

  private show(key: string, label: string, dots: HTMLElement, begin: (menu: MemberMenu) => void): void {
    const box = new Confirm(
      label,
      this.actions.elementTexts,
      () => this.closeMenu(true),
      () => this.delegate.settle(),
    );
    this.openMenu = { key, box, button: dots };
    dots.setAttribute('aria-expanded', 'true');
    append(dots.closest('.message, li') || dots, box.element);
    begin(new MemberMenu(this.actions, box, (disappears) => this.closeMenu(true, disappears)));
    box.element.scrollIntoView({ block: 'nearest' });
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
