import { append, button, h, refill } from '../dom/dom.js';
import { allComings } from './comings.js';
import type { Entry } from './entries.js';
import type { ImageContext } from './images.js';
import { noticePieces } from './notices.js';

/** Draws a notice. If it only counts people, it is a button that shows their names. */
export function notice(entry: Entry, { texts, resize }: ImageContext): HTMLElement {
  const { events } = entry;
  const pieces = noticePieces(events, texts);
  const item = h('div', { class: pieces.length > 0 ? 'notice' : 'nothing', part: 'notice' });
  if (!allComings(events, texts)) append(item, ...pieces);
  else {
    const names = h('div', {});
    const show = (): void => {
      const lines = (entry.isUnfolded && allComings(events, texts)) || [];
      opener.setAttribute('aria-expanded', String(entry.isUnfolded === true));
      refill(names, ...lines.map((line) => h('p', {}, ...line)));
    };
    const toggle = (): void => {
      entry.isUnfolded = !entry.isUnfolded;
      resize(show);
    };
    const opener = button({ class: 'plain fold' }, toggle, ...pieces);
    append(item, opener, names);
    show();
  }
  return item;
}
