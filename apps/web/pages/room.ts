/** `/r/<room>`: the chat on a full page, with an address to share. */
import { renderSVG } from 'uqr';
import { fitBox } from '../element/dom/keyboard.js';
import { addressOf, byId, copyOnClick, roomOfPage, select } from './page.js';
import { markIcon } from './unread-icon.js';

const room = roomOfPage();

type ChatElement = HTMLElement & { owner?: string; key?: string; chat: { state: string } | null };

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
  const chat = document.createElement('nobackend-chat') as ChatElement;
  const take = (): void => {
    const owner = takeOwner();
    if (owner) chat.owner = owner;
  };
  take();
  addEventListener('hashchange', take);
  chat.setAttribute('room', room);
  chat.setAttribute('lang', 'auto');
  byId('main', HTMLElement).append(chat);
  document.title = `${room} · ${document.title}`;
  markIcon(chat);
  return chat;
}

/** Returns an address as a QR code. */
function qrCode(address: string): HTMLImageElement {
  const image = new Image(220, 220);
  image.src = `data:image/svg+xml,${encodeURIComponent(renderSVG(address, { border: 2 }))}`;
  image.alt = `QR code of ${address}`;
  return image;
}

/** Returns the key to share: the one that let this user in, unless it is a moderator's. */
const sharedKey = ({ key = '', chat }: ChatElement): string =>
  MODERATOR.test(key) || chat?.state === 'left' ? '' : key;

function invite(chat: ChatElement): void {
  const sheet = byId('sheet', HTMLDialogElement);
  const link = byId('link', HTMLAnchorElement);
  const show = (): void => {
    const key = sharedKey(chat);
    const isMissing = !key && (chat.key !== undefined || chat.chat?.state === 'left');
    link.href = link.textContent = `${addressOf(room)}${key && `#key=${key}`}`;
    byId('qr', HTMLElement).replaceChildren(qrCode(link.href));
    byId('lets-in', HTMLElement).hidden = isMissing;
    byId('unless', HTMLElement).hidden = key !== '';
    byId('key-missing', HTMLElement).hidden = !isMissing;
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

fitBox(document.body);
invite(openChat());
