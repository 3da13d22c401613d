import { append, h, remove } from './dom.js';

/**
 * Copies a text. Resolves with whether it worked. The clipboard API exists only on https pages and on localhost, and
 * frames need a permission. Elsewhere the old command does it, from a field beside `place`, which gets the focus back.
 */
export async function copyText(text: string, place: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch (_) {
    const field = h('textarea', { class: 'hidden', tabindex: '-1' });
    field.value = text;
    if (place.parentNode) append(place.parentNode, field);
    field.select();
    const isDone = document.execCommand('copy');
    remove(field);
    place.focus();
    return isDone;
  }
}
