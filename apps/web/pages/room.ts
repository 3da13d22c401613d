/** The full-screen chat at `/r/<room>`, with an address to share. */
import { renderSVG } from 'uqr';
import { addressOf, byId, copyOnClick, roomOfPage, select } from './page.js';

const room = roomOfPage();
const address = addressOf(room);

/** The owner's link ends in `#owner=<token>`. It goes out of the address at once: nobody is to read it there, or to copy it by mistake. */
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
  chat.addEventListener('unread', (event) => {
    const unread = (event as CustomEvent<number>).detail;
    document.title = `${unread > 0 ? `(${unread}) ` : ''}${room} · nobackend-chat`;
  });
}

/** The address as a picture for a phone's camera. */
function picture(): HTMLImageElement {
  const image = new Image(220, 220);
  image.src = `data:image/svg+xml,${encodeURIComponent(renderSVG(address, { border: 2 }))}`;
  image.alt = `QR code of ${address}`;
  return image;
}

function invite(): void {
  const sheet = byId('sheet', HTMLDialogElement);
  const link = byId('link', HTMLAnchorElement);
  link.href = link.textContent = address;
  byId('qr', HTMLElement).append(picture());
  byId('local', HTMLElement).hidden = !/^(localhost|127\.|\[::1\])/.test(location.hostname);
  byId('invite', HTMLButtonElement).addEventListener('click', () => sheet.showModal());
  sheet.addEventListener('click', (event) => {
    if (event.target === sheet) sheet.close();
  });
  copyOnClick(
    byId('copy', HTMLButtonElement),
    () => address,
    () => select(link),
  );
}

openChat();
invite();
