/** `/bubble.js`: the chat as a round button in a corner of the window. The element loads it for `mode="bubble"`. */
import { registry } from '../client/registry.js';
import type { BubbleRegistry } from '../element/bubble/load-bubble.js';
import { ChatBubble } from './bubble.js';

(registry() as BubbleRegistry).bubble = (host, skeleton, chat, isOpen) => new ChatBubble(host, skeleton, chat, isOpen);
