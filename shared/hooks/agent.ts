/** By what a chat is known that gets a letter of an outgoing hook. */
import { VERSION } from '../version.js';

const NAME = 'nobackend-chat/';

/** The `User-Agent` of outgoing hooks. An owner cannot choose it. */
export const HOOK_AGENT = `${NAME}${VERSION}`;

/** Whether an outgoing hook has sent a request: of this chat, or of another one, of any version. */
export const isOfHook = (agent: string | undefined): boolean => agent?.startsWith(NAME) ?? false;
