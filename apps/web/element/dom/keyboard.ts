/** Less than this is a bar of the browser. */
const KEYBOARD_PX = 100;
/** A page is zoomed by fingers above this. Then the view is small without a keyboard. */
const ZOOM_FACTOR = 1.05;
/** A chat that is lower than this is of no use. */
const CHAT_MIN_PX = 200;

/** The part of the window that a keyboard on the screen leaves free, in px from the window's top. */
interface Free {
  top: number;
  bottom: number;
}

/**
 * Calls `place` when a keyboard on the screen has come, moved or gone. Then there is no free part. Returns a function
 * that ends this. A browser that makes the window itself smaller needs no help: then nothing is called.
 */
function followKeyboard(place: (free: Free | null) => void): () => void {
  const view = visualViewport;
  if (!view) return () => undefined;
  const update = (): void => {
    const { offsetTop: top, height, scale } = view;
    const isThere = scale < ZOOM_FACTOR && window.innerHeight - height > KEYBOARD_PX;
    place(isThere ? { top, bottom: top + height } : null);
  };
  view.addEventListener('resize', update);
  view.addEventListener('scroll', update);
  return () => {
    view.removeEventListener('resize', update);
    view.removeEventListener('scroll', update);
  };
}

/** Makes a box that fills the window, or the page, as high as the keyboard leaves it. */
export const fitBox = ({ style }: HTMLElement): (() => void) =>
  followKeyboard((free) => {
    style.insetBlockStart = free ? `${free.top}px` : '';
    style.blockSize = free ? `${free.bottom - free.top}px` : '';
  });

/**
 * Keeps the bottom of a chat in a page above the keyboard: makes the chat lower, or moves the page if there is too
 * little room.
 */
export const keepAboveKeyboard = (chat: HTMLElement): (() => void) =>
  followKeyboard((free) => {
    const { host, activeElement } = chat.getRootNode() as ShadowRoot;
    chat.style.blockSize = '';
    const { top, bottom } = host.getBoundingClientRect();
    if (!free || !activeElement || bottom <= free.bottom) return;
    if (free.bottom - top < CHAT_MIN_PX) window.scrollBy(0, bottom - free.bottom);
    else chat.style.blockSize = `${free.bottom - top}px`;
  });
