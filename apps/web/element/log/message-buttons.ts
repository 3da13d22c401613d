import type { ChatEvent } from '../../../../shared/protocol/events.js';
import { button, ICONS, icon } from '../dom/dom.js';
import { onLongPress } from '../dom/long-press.js';
import { isolated } from '../dom/sentence.js';
import { fill, type Texts } from '../texts.js';

export interface MessageActs {
  toggleMenu(event: ChatEvent, opener: HTMLElement, onlyReact: boolean): void;
  reply(event: ChatEvent): void;
}

/** Returns the buttons beside a message. A finger that rests on its bubble opens the menu, too. */
export function messageButtons(event: ChatEvent, bubble: HTMLElement, texts: Texts, acts: MessageActs): Node[] {
  const menu = (onlyReact: boolean) => () => acts.toggleMenu(event, more, onlyReact);
  const more = button({ class: 'plain beside dots', 'aria-haspopup': 'dialog', tabindex: '-1' }, menu(false));
  more.setAttribute('aria-label', fill(texts.messageMenu, { name: isolated(event.from.name) }));
  onLongPress(bubble, ({ target }) => {
    if (!(target as Element).closest('a, button, pre')) menu(false)();
  });
  if (event.type === 'delayed') return [more];
  // the menu has both, too: so a keyboard has one stop at each message
  const quick = { class: 'plain beside quick', tabindex: '-1', 'aria-hidden': 'true' };
  const react = button({ ...quick, title: texts.react }, menu(true), icon(ICONS.smile));
  const reply = { ...quick, class: `${quick.class} answer`, title: texts.reply };
  return [more, react, button(reply, () => acts.reply(event), icon(ICONS.reply))];
}
