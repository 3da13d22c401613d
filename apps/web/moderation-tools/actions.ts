import type { Answers } from '../client/answers.js';
import type { ChatFailure } from '../client/api.js';
import type { ToolsHost } from '../element/moderation/tools.js';
import { whyNot } from '../element/status/denials.js';
import { type Texts, textsFrom } from '../element/texts.js';
import { OWNER_ENGLISH, type OwnerTexts } from './texts.js';

/** Where the acts on a room go out, in the words of its page. */
export class Desk {
  readonly texts: OwnerTexts;
  /** Who is muted, by id, as it was last read. */
  muted: ReadonlySet<number> = new Set<number>();
  /** Called after each act: what is shown of the room may have changed. */
  onDone: () => void = () => undefined;

  constructor(readonly host: ToolsHost) {
    this.texts = textsFrom(host.words, OWNER_ENGLISH);
  }

  /** The element's own words. */
  get common(): Texts {
    return this.host.parts.texts;
  }
  get isOwner(): boolean {
    return this.host.standing.role === 'owner';
  }
  get ownId(): number {
    return this.host.chat.user ? this.host.chat.user.id : 0;
  }

  ask<O extends keyof Answers>(operation: O, values: Record<string, unknown> = {}): Promise<Answers[O]> {
    const { chat } = this.host;
    return chat.call(operation, { room: chat.room, ...values });
  }

  /** Gives '' when it is done, else why not, in plain words. */
  async act(operation: keyof Answers, values: Record<string, unknown> = {}): Promise<string> {
    try {
      await this.ask(operation, values);
      this.onDone();
      return '';
    } catch (thrown) {
      return whyNot(thrown as ChatFailure, this.common);
    }
  }

  /** Whether this user may mute, send out and ban that one. */
  mayJudge(id: number): boolean {
    const { crowd, standing } = this.host;
    return id !== this.ownId && crowd.has(id) && (this.isOwner || !standing.keeps(id));
  }
}
