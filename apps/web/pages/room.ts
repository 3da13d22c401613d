/** The full-screen chat at `/r/<room>` and `/?room=<room>`. */
const path = /^\/r\/([^/]+)\/?$/.exec(location.pathname);
const room = (path && path[1] ? decodeURIComponent(path[1]) : new URLSearchParams(location.search).get('room')) || 'lobby';

const chat = document.createElement('nobackend-chat');
chat.setAttribute('room', room);
const main = document.querySelector('main');
if (main) main.append(chat);

document.title = `${room} · nobackend-chat`;
chat.addEventListener('unread', (event) => {
  const unread = (event as CustomEvent<number>).detail;
  document.title = `${unread > 0 ? `(${unread}) ` : ''}${room} · nobackend-chat`;
});
