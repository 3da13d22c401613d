/**
 * `/embed/<room>`: only the chat, for a frame in a page of any site. That page could cover the frame and misdirect
 * clicks, so it has no tools for owners.
 */
import { fitBox } from '../element/dom/keyboard.js';
import { byId, roomOfPage } from './page.js';

const room = roomOfPage();
const asked = new URLSearchParams(location.search);
const theme = asked.get('theme');
const chat = document.createElement('nobackend-chat');
chat.setAttribute('room', room);
chat.setAttribute('tools', 'none');
chat.setAttribute('lang', asked.get('lang') || 'auto');
if (theme) chat.setAttribute('theme', theme);
fitBox(document.body);
byId('main', HTMLElement).append(chat);
document.title = `${room} · ${document.title}`;
