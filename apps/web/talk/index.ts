/**
 * `/talk.js`: what the user can do with single messages, and the offer of names. The element loads it when it is open.
 */
import { registry } from '../client/registry.js';
import type { TalkRegistry } from '../element/talk/load-talk.js';
import { MessageTalk } from './message-talk.js';

(registry() as TalkRegistry).talk3 = (delegate) => new MessageTalk(delegate);
