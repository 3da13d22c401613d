/**
 * `/embed/<room>`: only the chat, for a frame in a page of any site. That page could cover the frame and misdirect
 * clicks, so it has no tools for owners.
 */
import { fitBox } from '../element/dom/keyboard.js';
import { byId, roomOfPage } from './page.js';

const room = roomOfPage();
const theme = new URLSearchParams(location.search).get('theme');
const chat = document.createElement('nobackend-chat');
chat.setAttribute('room', room);
chat.setAttribute('tools', 'none');
if (theme) chat.setAttribute('theme', theme);
fitBox(document.body);
byId('main', HTMLElement).append(chat);
document.title = `${room} · nobackend-chat`;
