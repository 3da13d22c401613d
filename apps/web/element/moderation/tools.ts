import type { ChatEvent, UserRef } from '../../../../shared/protocol/events.js';
import type { Chat } from '../../client/api.js';
import { registry } from '../../client/registry.js';
import { addScript } from '../../client/transport/jsonp.js';
import type { Skeleton } from '../dom/skeleton.js';
import type { Clock } from '../log/clock.js';
import type { Crowd } from '../people/crowd.js';
import type { Standing } from './role.js';

/** What the tools of those who keep a room in order need of the element. */
export interface ToolsHost {
  chat: Chat;
  parts: Skeleton;
  standing: Standing;
  /** The page's own words, as it gave them. */
  words: unknown;
  clock: Clock;
  crowd: Crowd;
  /** All rows and people are to be drawn again. */
  redraw(): void;
  /** Only people are. */
  redrawPeople(): void;
  /** Something has changed its size. */
  settle(): void;
}

/** The tools, while this user has a role. */
export interface Tools {
  /** What stands beside a message, and below it. */
  beside(event: ChatEvent): Node[];
  /** What stands beside and below a person in the list. */
  person(user: UserRef): Node[];
  hear(event: ChatEvent): void;
  /** This user's role, or who is here, has changed. */
  turn(): void;
  end(): void;
}

/** Put there by `/owner.js`. */
export interface Page {
  tools?: (host: ToolsHost) => Tools;
}

/** Makes the tools; the code for them is fetched by the first who has a role. Null when that cannot be. */
export async function makeTools(host: ToolsHost, nonce: string): Promise<Tools | null> {
  const page = registry() as Page;
  const load = (done: () => void): unknown => addScript(`${host.chat.server}/owner.js`, nonce, done);
  if (!page.tools) await new Promise<void>(load).catch(() => undefined); // the page's policy may forbid it
  return page.tools ? page.tools(host) : null;
}
