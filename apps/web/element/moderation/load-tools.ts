import type { ChatEvent, UserRef } from '../../../../shared/protocol/events.js';
import type { Chat } from '../../client/api.js';
import { registry } from '../../client/registry.js';
import type { Language } from '../language/choose.js';
import { loadPart, type Scripts } from '../language/load.js';
import type { Clock } from '../log/clock.js';
import type { RoomMembers } from '../people/room-members.js';
import type { Skeleton } from '../skeleton.js';
import type { RoleState } from './role-state.js';

/** The parts of the element that the moderation tools need. */
export interface ToolsDelegate {
  chat: Chat;
  skeleton: Skeleton;
  roleState: RoleState;
  /** The texts of the tools that are not in English, and all texts of the page as it gave them. */
  texts: unknown;
  clock: Clock;
  members: RoomMembers;
  /** Draws all rows and people again. */
  redraw(): void;
  /** Draws all people again. */
  redrawPeople(): void;
  /** Keeps the end of the log in view after something has changed its size. */
  settle(): void;
}

/** One of the things that the user can do with a message. `act` gets the button that opened the menu. */
export interface MessageChoice {
  label: string;
  /** It cannot be undone. */
  danger?: boolean;
  act(opener: HTMLElement): void;
}

/** The moderation tools, while this user has a role. */
export interface Tools {
  /** Returns what its user can do with a message. */
  choicesFor(event: ChatEvent): MessageChoice[];
  /** Returns what stands beside and below a person in the list. */
  forPerson(user: UserRef): Node[];
  receive(event: ChatEvent): void;
  /** This user's role or the members have changed, or a new day has begun. */
  update(): void;
  end(): void;
}

/**
 * The part of the registry that `/owner.js` fills. The key must change whenever `ToolsDelegate` does: an open page may
 * load the script of a newer server, and must not call it then.
 */
export interface ToolsRegistry {
  roomTools?: (delegate: ToolsDelegate) => Tools;
}

/**
 * Makes the tools. Fetches their code and their texts the first time a user has a role. Resolves with null if there is
 * no code.
 */
export async function loadTools(
  delegate: ToolsDelegate,
  options: { language: Language; scripts: Scripts },
): Promise<Tools | null> {
  const page = registry() as ToolsRegistry;
  const texts = await loadPart('owner', page.roomTools, delegate, options, '.tools');
  return page.roomTools ? page.roomTools({ ...delegate, texts }) : null;
}
