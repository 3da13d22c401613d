/** `/r/<room>`: the chat on a full page, with an address to share. */
import { renderSVG } from 'uqr';
import { addressOf, byId, copyOnClick, roomOfPage, select } from './page.js';

const room = roomOfPage();
const address = addressOf(room);

/**
 * Returns the token of an owner link, which ends in `#owner=<token>`. Removes it from the address at once, so that
 * nobody reads it there or copies it by mistake.
 */
function takeOwner(): string | undefined {
  const found = /^#owner=([\w-]+)$/.exec(location.hash);
  if (found) history.replaceState(history.state, '', location.href.replace(/#.*/, ''));
  return found ? found[1] : undefined;
}

function openChat(): void {
  const chat = document.createElement('nobackend-chat') as HTMLElement & { owner?: string | undefined };
  const take = (): void => {
    const owner = takeOwner();
    if (owner) chat.owner = owner;
  };
  take();
  addEventListener('hashchange', take);
  chat.setAttribute('room', room);
  byId('main', HTMLElement).append(chat);
  document.title = `${room} · nobackend-chat`;
  chat.addEventListener('unread', (change) => {
    const unread = (change as CustomEvent<number>).detail;
    document.title = `${unread > 0 ? `(${unread}) ` : ''}${room} · nobackend-chat`;
  });
}

/** Returns the address as a QR code. */
function qrCode(): HTMLImageElement {
  const image = new Image(220, 220);
  image.src = `data:image/svg+xml,${encodeURIComponent(renderSVG(address, { border: 2 }))}`;
  image.alt = `QR code of ${address}`;
  return image;
}

function invite(): void {
  const sheet = byId('sheet', HTMLDialogElement);
  const link = byId('link', HTMLAnchorElement);
  link.href = link.textContent = address;
  byId('qr', HTMLElement).append(qrCode());
  byId('local', HTMLElement).hidden = !/^(localhost|127\.|\[::1\])/.test(location.hostname);
  byId('invite', HTMLButtonElement).addEventListener('click', () => sheet.showModal());
  sheet.addEventListener('click', ({ target }) => {
    if (target === sheet) sheet.close();
  });
  copyOnClick(
    byId('copy', HTMLButtonElement),
    () => address,
    () => select(link),
  );
}

openChat();
invite();
