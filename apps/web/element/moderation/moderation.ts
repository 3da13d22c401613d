import type { ChatEvent, Role } from '../../../../shared/protocol/events.js';
import type { Chat, Ready } from '../../client/api.js';
import type { Skeleton } from '../dom/skeleton.js';
import type { Clock } from '../log/clock.js';
import type { Crowd } from '../people/crowd.js';
import { Offer } from './offer.js';
import { OwnerToken } from './owner-token.js';
import { Standing } from './role.js';
import { makeTools, type Tools } from './tools.js';

/** What the page gave to the element. */
export interface Given {
  /** Its own words. */
  words: unknown;
  /** Whether there are tools for those who keep the room in order, and the room can be taken over. */
  tools: boolean;
  /** An owner token, as from the room's address. */
  owner: string | undefined;
  /** For the scripts that are added. */
  nonce: string;
}

export interface RoomOrderHost {
  restart(): void;
  clock: Clock;
  crowd: Crowd;
  redraw(): void;
  redrawPeople(): void;
  settle(): void;
  /** What this user may do has changed. */
  turned(): void;
  /** Says something for a while. */
  say(text: string): void;
}

/** Order in the room as this user meets it: whether the room is its own, what it is offered, and its tools. */
export class RoomOrder {
  readonly standing = new Standing();
  tools: Tools | null = null;
  private readonly token: OwnerToken;
  private readonly offer: Offer;
  private asked = false;
  private ownId = 0;
  private ended = false;

  constructor(
    private readonly parts: Skeleton,
    private readonly chat: Chat,
    private readonly given: Given,
    private readonly host: RoomOrderHost,
  ) {
    this.token = new OwnerToken(chat.server, chat.room);
    this.offer = new Offer(parts, chat, host.clock, given.tools);
  }

  begin(ready: Ready): void {
    this.ownId = ready.user.id;
    this.standing.begin(ready);
    this.prove();
    ready.history.forEach((event) => this.offer.hear(event));
    this.turn();
  }

  hear(event: ChatEvent): void {
    if (event.room !== this.chat.room) return;
    this.offer.hear(event);
    const changed = this.standing.hear(event, this.ownId);
    if (event.type === 'owned') this.token.write(this.standing.role === 'owner' ? this.chat.owner : undefined);
    if (changed) this.turn();
    if (this.tools) this.tools.hear(event);
  }

  /** This user was sent out of the room. */
  tellsOut({ type, room, from, by }: ChatEvent): boolean {
    const { user } = this.chat;
    return type === 'left' && by !== undefined && room === this.chat.room && user !== null && user.id === from.id;
  }

  /** Who is here has changed; and who this user is, when the server had to make it anew. */
  met(): void {
    const { user } = this.chat;
    if (user && this.ownId && user.id !== this.ownId) void this.again(user.id);
    else if (this.tools) this.tools.turn();
  }

  /** This user's role, as far as something can be done with it here. */
  get duty(): Role | undefined {
    return this.given.tools ? this.standing.role : undefined;
  }

  /** Another day has begun: the tools name days. */
  refresh(): void {
    if (this.tools) this.tools.turn();
  }

  end(): void {
    this.ended = true;
    this.offer.close();
    this.drop();
  }

  /** Keeps the token that has proved right. One that was given is tried only when the kept one is none or wrong, so that no link can displace it. */
  private prove(): void {
    const { owner } = this.chat;
    const { given } = this;
    if (this.standing.role === 'owner') return this.token.write(owner || this.token.read());
    if (given.owner && given.owner !== owner) {
      this.token.write(given.owner);
      this.host.restart();
    } else if (owner) this.worthless();
  }

  private worthless(): void {
    this.token.write(undefined);
    this.host.say(this.parts.texts.linkWorthless);
  }

  private async again(id: number): Promise<void> {
    this.ownId = id;
    await this.enter(this.chat.owner);
  }

  /** Asks for the room as it is, with this token. A failure shows elsewhere. */
  private async enter(owner: string | undefined): Promise<void> {
    const answer = await this.chat.call('enter', { room: this.chat.room, owner }).catch(() => null);
    if (!answer) return;
    this.standing.begin(answer.room);
    if (owner && this.standing.role !== 'owner') this.worthless();
    this.turn();
  }

  private turn(): void {
    const { role } = this.standing;
    if (role && this.given.tools && !this.asked) void this.fetch();
    if (!role) this.drop();
    this.host.turned();
    if (this.tools) this.tools.turn();
  }

  private async fetch(): Promise<void> {
    const { parts, chat, standing, host, given } = this;
    this.asked = true;
    const { clock, crowd, redraw, redrawPeople, settle } = host;
    const tools = await makeTools(
      { chat, parts, standing, words: given.words, clock, crowd, redraw, redrawPeople, settle },
      given.nonce,
    );
    this.asked = tools !== null;
    if (!tools) return host.say(parts.texts.noTools);
    if (this.ended || !standing.role) return this.drop(tools);
    this.tools = tools;
    tools.turn();
    host.redraw();
  }

  private drop(tools = this.tools): void {
    if (!tools) return;
    tools.end();
    this.asked = false;
    this.tools = null;
    this.host.redraw();
  }
}
