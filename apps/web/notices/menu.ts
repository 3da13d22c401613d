import type { Choices } from '../element/attention/choices.js';
import { append, button, h, ICONS, icon, onEscape, onFocusGone } from '../element/dom/dom.js';
import type { Skeleton } from '../element/skeleton.js';
import { mayNotify, obstacle } from './desktop.js';
import { readChoices, writeChoices } from './stored.js';
import type { NoticesTexts } from './texts.js';

interface MenuDelegate {
  /** The user allows the sound, by this click. */
  allowSound(): void;
  /** The user allows desktop notices, by this click. Resolves when they have answered the browser's question. */
  allowDesktop(): Promise<void>;
}

/** The menu of the bell: what the user is told of, and how. */
export class Menu {
  private readonly radios: HTMLInputElement[] = [];
  private readonly sound = box('checkbox');
  private readonly desktop = box('checkbox');
  private readonly why = h('small', { id: 'notices-why' });
  private readonly panel: HTMLElement;

  constructor(
    private readonly skeleton: Skeleton,
    private readonly texts: NoticesTexts,
    private readonly delegate: MenuDelegate,
  ) {
    const { header, body } = skeleton;
    const close = button(
      { class: 'plain', 'aria-label': skeleton.texts.close },
      () => this.toggle(),
      icon(ICONS.close),
    );
    this.desktop.setAttribute('aria-describedby', 'notices-why');
    this.panel = h(
      'section',
      { class: 'notices', part: 'notices', 'aria-label': skeleton.texts.notices, hidden: '' },
      h('div', { class: 'caption' }, skeleton.texts.notices, close),
      h('p', {}, texts.noticesWhen),
      h('fieldset', {}, h('legend', {}, texts.noticesOf), ...this.kinds()),
      h(
        'fieldset',
        {},
        h('legend', {}, texts.noticesHow),
        h('label', {}, this.sound, texts.noticesSound),
        h('label', {}, this.desktop, h('span', {}, texts.noticesDesktop, this.why)),
      ),
    );
    this.sound.addEventListener('change', () => this.soundChanged());
    this.desktop.addEventListener('change', () => void this.desktopChanged());
    for (const element of [this.panel, header.bell]) onEscape(element, () => !this.panel.hidden && this.toggle());
    onFocusGone(this.panel, (to) => this.wentTo(to));
    append(body, this.panel);
    this.update();
  }

  toggle(): void {
    const { bell } = this.skeleton.header;
    const { panel } = this;
    panel.hidden = !panel.hidden;
    bell.setAttribute('aria-expanded', String(!panel.hidden));
    this.update();
    const chosen = this.radios.filter((radio) => radio.checked)[0];
    (panel.hidden ? bell : chosen || panel).focus();
  }

  /** Closes the menu if the user has clicked elsewhere, or the focus has gone there. */
  wentTo(target: EventTarget | undefined): void {
    const { panel, skeleton } = this;
    if (panel.hidden || panel.contains(target as Node) || skeleton.header.bell.contains(target as Node)) return;
    panel.hidden = true;
    skeleton.header.bell.setAttribute('aria-expanded', 'false');
  }

  /** Shows what is chosen, and what the browser says to it. */
  update(): void {
    const { of, sound, desktop } = readChoices();
    const key = obstacle();
    const isShown = desktop && mayNotify();
    for (const radio of this.radios) radio.checked = radio.value === of;
    this.sound.checked = sound;
    this.desktop.checked = isShown;
    this.desktop.disabled = key !== '';
    this.why.textContent = key && this.texts[key];
    this.skeleton.header.bell.classList.toggle('on', of !== 'none' && (sound || isShown));
  }

  private kinds(): HTMLElement[] {
    const { noticesOfAll, noticesOfMentions, noticesOfNone } = this.texts;
    const labels: [Choices['of'], string][] = [
      ['all', noticesOfAll],
      ['mentions', noticesOfMentions],
      ['none', noticesOfNone],
    ];
    return labels.map(([of, label]) => {
      const radio = box('radio');
      radio.name = 'notices-of';
      radio.value = of;
      radio.addEventListener('change', () => this.choose({ of }));
      this.radios.push(radio);
      return h('label', {}, radio, label);
    });
  }

  private choose(chosen: Partial<Choices>): void {
    writeChoices({ ...readChoices(), ...chosen });
    this.update();
  }

  private soundChanged(): void {
    const sound = this.sound.checked;
    if (sound) this.delegate.allowSound();
    this.choose({ sound });
  }

  private async desktopChanged(): Promise<void> {
    const isWanted = this.desktop.checked;
    if (isWanted) await this.delegate.allowDesktop();
    this.choose({ desktop: isWanted && mayNotify() });
  }
}

const box = (type: string): HTMLInputElement => h('input', { type });
