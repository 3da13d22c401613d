import { append, button, h, insert, refill, remove } from '../dom/dom.js';
import { fill, type Texts } from '../texts.js';

/** How images are shown whose addresses stand in messages. */
export interface ImageContext {
  /** The page's wish: `show` them at once, `off` for never; everything else is after a click. */
  images: string | null;
  texts: Texts;
  /** Runs `act`, which changes the height of the log. */
  resize(act: () => void): void;
}

const PATH = /\.(?:png|jpe?g|gif|webp|avif)$/i;
/** So many images of one message can be shown. */
const IMAGES_MAX = 4;
/** Messages and addresses whose image the user has shown, or hidden: a row may be drawn again. */
const toggled = new Set<string>();

/** Adds a button to a message's bubble for each image to which the text links. `id`: of the message. */
export function addImages(bubble: HTMLElement, text: HTMLElement, id: string, context: ImageContext): void {
  if (context.images === 'off') return;
  const addresses = new Set<string>();
  text.querySelectorAll('a').forEach(({ href, protocol, pathname }) => {
    if (protocol === 'https:' && PATH.test(pathname)) addresses.add(href);
  });
  const box = h('div', { class: 'images' });
  for (const address of [...addresses].slice(0, IMAGES_MAX)) addImage(box, address, id, context);
  if (addresses.size > 0) append(bubble, box);
}

function addImage(box: HTMLElement, address: string, id: string, { images, texts, resize }: ImageContext): void {
  const key = `${id} ${address}`;
  let frame: HTMLElement | null = null;
  const draw = (): void => {
    const isShown = toggled.has(key) !== (images === 'show');
    if (frame) remove(frame);
    frame = isShown ? imageFrame(address, texts) : null;
    if (frame) insert(frame, 'after', toggle);
    toggle.textContent = isShown ? texts.hideImage : texts.showImage;
    toggle.setAttribute('aria-expanded', String(isShown));
  };
  const toggle = button({ class: 'plain image-button', part: 'image-button' }, () => {
    if (!toggled.delete(key)) toggled.add(key);
    resize(draw);
  });
  append(box, toggle);
  draw();
}

/**
 * Its size is the same before and after the image has come, or if it never does. The image's host learns of no page.
 */
function imageFrame(address: string, texts: Texts): HTMLElement {
  const alt = fill(texts.imageFrom, { host: new URL(address).host });
  const image = h('img', { alt, loading: 'lazy', decoding: 'async', referrerpolicy: 'no-referrer', src: address });
  const rel = 'noopener noreferrer nofollow ugc';
  const frame = h('a', { class: 'image', part: 'image', href: address, target: '_blank', rel }, image);
  image.addEventListener('error', () => refill(frame, texts.imageBroken));
  return frame;
}
