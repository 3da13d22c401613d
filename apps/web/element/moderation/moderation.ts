import type { ChatEvent, Role } from '../../../../shared/protocol/events.js';
import type { Chat, Ready } from '../../client/api.js';
import type { Language } from '../language/choose.js';
import type { Scripts } from '../language/load.js';
import type { Clock } from '../log/clock.js';
import type { RoomMembers } from '../people/room-members.js';
import type { Skeleton } from '../skeleton.js';
import { loadTools, type Tools } from './load-tools.js';
import { OwnerToken } from './owner-token.js';
import { RoleState } from './role-state.js';

/** The inputs that the page has given to the element. */
export interface PageOptions {
  /** The texts of the page. */
  texts: unknown;
  /** Owners and moderators get their tools, and the user can accept the offer of a room. */
  tools: boolean;
  /** How images are shown (`ImageContext`). */
  images: string | null;
  /** An owner token, for example from an owner link. */
  owner: string | undefined;
  language: Language;
  /** Where the texts of the language come from. */
  scripts: Scripts;
}

export interface ModerationDelegate {
  restart(): void;
  clock: Clock;
  members: RoomMembers;
  redraw(): void;
  redrawPeople(): void;
  settle(): void;
  /** This user may do other things now. */
  permissionsChanged(): void;
  /** Shows a text for a short time. */
  say(text: string): void;
}

/** Moderation of the room as this user meets it: its role, the owner token, and the tools. */
export class Moderation {
  readonly roleState = new RoleState();
  tools: Tools | null = null;
  private readonly token: OwnerToken;
  private isRequested = false;
  private ownId = 0;
  private hasEnded = false;

  constructor(
    private readonly skeleton: Skeleton,
    private readonly chat: Chat,
    private readonly options: PageOptions,
    private readonly delegate: ModerationDelegate,
  ) {
    this.token = new OwnerToken(chat.server, chat.room);
  }

  begin(ready: Ready): void {
    this.ownId = ready.user.id;
    this.roleState.begin(ready);
    this.checkToken();
    this.update();
  }

  receive(event: ChatEvent): void {
    if (event.room !== this.chat.room) return;
    const hasChanged = this.roleState.apply(event, this.ownId);
    // the new owner's token comes with the answer of its call, which may be later than this event
    if (event.type === 'owned' && this.roleState.role !== 'owner') this.token.write(undefined);
    if (hasChanged) this.update();
    this.tools?.receive(event);
  }

  /** The user has accepted the offer of the room. */
  owned(): void {
    this.token.write(this.chat.owner);
  }

  /** Returns whether the event says that this user was kicked or banned. */
  isOwnRemoval({ type, room, from, by }: ChatEvent): boolean {
    const { chat } = this;
    return type === 'left' && by !== undefined && room === chat.room && from.id === chat.user?.id;
  }

  /** The members have changed. This user may have a new id, if the server had to make the user again. */
  membersChanged(): void {
    const { user } = this.chat;
    if (user && this.ownId && user.id !== this.ownId) void this.enterAgain(user.id);
    else this.tools?.update();
  }

  /** This user's role, if the element has tools for it. */
  get shownRole(): Role | undefined {
    return this.options.tools ? this.roleState.role : undefined;
  }

  /** The tools show days. */
  dayChanged(): void {
    this.tools?.update();
  }

  end(): void {
    this.hasEnded = true;
    this.endTools();
  }

  /**
   * Stores the owner token if it is right. Tries the token of the page only if there is no stored one or it is wrong,
   * so that no link can replace a right token.
   */
  private checkToken(): void {
    const { owner } = this.chat;
    const { options, token } = this;
    if (this.roleState.role === 'owner') token.write(owner || token.read());
    else if (options.owner && options.owner !== owner) {
      token.write(options.owner);
      this.delegate.restart();
    } else if (owner) this.forgetToken();
  }

  private forgetToken(): void {
    this.token.write(undefined);
    this.delegate.say(this.skeleton.texts.linkWorthless);
  }

  private async enterAgain(id: number): Promise<void> {
    this.ownId = id;
    await this.enter(this.chat.owner);
  }

  /** Enters the room again with this token, and reads its state. The status line shows a failure. */
  private async enter(owner: string | undefined): Promise<void> {
    const answer = await this.chat.call('enter', { room: this.chat.room, owner }).catch(() => null);
    if (!answer) return;
    this.roleState.begin(answer.room);
    if (owner && this.roleState.role !== 'owner') this.forgetToken();
    this.update();
  }

  /** The roles or the rules have changed. */
  private update(): void {
    const { role } = this.roleState;
    if (role && this.options.tools && !this.isRequested) void this.loadTools();
    if (!role) this.endTools();
    this.delegate.permissionsChanged();
    this.tools?.update();
  }

  private async loadTools(): Promise<void> {
    const { skeleton, chat, roleState, delegate, options } = this;
    const { clock, members, redraw, redrawPeople, settle } = delegate;
    this.isRequested = true;
    const tools = await loadTools(
      { chat, skeleton, roleState, texts: options.texts, clock, members, redraw, redrawPeople, settle },
      options,
    );
    this.isRequested = tools !== null;
    if (!tools) delegate.say(skeleton.texts.noTools);
    else if (this.hasEnded || !roleState.role) this.endTools(tools);
    else {
      this.tools = tools;
      tools.update();
      delegate.redraw();
    }
  }

  private endTools(tools = this.tools): void {
    if (!tools) return;
    tools.end();
    this.isRequested = false;
    this.tools = null;
    this.delegate.redraw();
  }
}
