/** `/r/<room>`: the chat on a full page, with an address to share. */
import { renderSVG } from 'uqr';
import { addressOf, byId, copyOnClick, roomOfPage, select } from './page.js';

const room = roomOfPage();

type ChatElement = HTMLElement & { owner?: string | undefined; key?: string | undefined };

/** A key that begins so gives the role of a moderator. It is not for everybody who is invited. */
const MODERATOR = /^mod-/;

/**
 * Returns the token of an owner link, which ends in `#owner=<token>`. Removes it from the address at once, so that
 * nobody reads it there or copies it by mistake.
 */
function takeOwner(): string | undefined {
  const found = /^#owner=([\w-]+)$/.exec(location.hash);
  if (found) history.replaceState(history.state, '', location.href.replace(/#.*/, ''));
  return found ? found[1] : undefined;
}

function openChat(): ChatElement {
  const chat: ChatElement = document.createElement('nobackend-chat');
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
  return chat;
}

/** Returns an address as a QR code. */
function qrCode(address: string): HTMLImageElement {
  const image = new Image(220, 220);
  image.src = `data:image/svg+xml,${encodeURIComponent(renderSVG(address, { border: 2 }))}`;
  image.alt = `QR code of ${address}`;
  return image;
}

/** Returns the address to share. It carries the key of a room that needs one, if this browser knows it. */
function invitation({ key }: ChatElement): string {
  return `${addressOf(room)}${key && !MODERATOR.test(key) ? `#key=${key}` : ''}`;
}

function invite(chat: ChatElement): void {
  const sheet = byId('sheet', HTMLDialogElement);
  const link = byId('link', HTMLAnchorElement);
  const show = (): void => {
    link.href = link.textContent = invitation(chat);
    byId('qr', HTMLElement).replaceChildren(qrCode(link.href));
    byId('key-missing', HTMLElement).hidden = !MODERATOR.test(chat.key || '');
    sheet.showModal();
  };
  byId('local', HTMLElement).hidden = !/^(localhost|127\.|\[::1\])/.test(location.hostname);
  byId('invite', HTMLButtonElement).addEventListener('click', show);
  sheet.addEventListener('click', ({ target }) => {
    if (target === sheet) sheet.close();
  });
  copyOnClick(
    byId('copy', HTMLButtonElement),
    () => link.href,
    () => select(link),
  );
}

invite(openChat());
