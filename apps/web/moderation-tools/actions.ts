import { isPoster } from '../../../shared/protocol/events.js';
import type { Answers } from '../client/answers.js';
import type { ChatFailure } from '../client/api.js';
import type { ToolsDelegate } from '../element/moderation/load-tools.js';
import { denialText } from '../element/status/denials.js';
import { type Texts, textsFrom } from '../element/texts.js';
import { TOOLS_ENGLISH, type ToolsTexts } from './texts.js';

/** Runs the moderation actions on the room. */
export class Actions {
  readonly texts: ToolsTexts;
  /** The ids of the muted users, as last read. */
  muted: ReadonlySet<number> = new Set<number>();
  /** The ids of the users with voice, as last read. */
  voices: ReadonlySet<number> = new Set<number>();
  /** Called after each action: the room may look different now. */
  onAction: () => void = () => undefined;

  constructor(readonly delegate: ToolsDelegate) {
    this.texts = textsFrom(delegate.texts, TOOLS_ENGLISH);
  }

  get elementTexts(): Texts {
    return this.delegate.skeleton.texts;
  }
  get isOwner(): boolean {
    return this.delegate.roleState.role === 'owner';
  }
  get ownId(): number {
    return this.delegate.chat.user?.id || 0;
  }

  call<O extends keyof Answers>(operation: O, values: Record<string, unknown> = {}): Promise<Answers[O]> {
    const { chat } = this.delegate;
    return chat.call(operation, { room: chat.room, ...values });
  }

  /** Resolves with '' after the action is done, or with the reason why it is not. */
  async run(operation: keyof Answers, values: Record<string, unknown> = {}): Promise<string> {
    try {
      await this.call(operation, values);
      this.onAction();
      return '';
    } catch (thrown) {
      const failure = thrown as ChatFailure;
      return failure.field === 'id' ? this.texts.decided : denialText(failure, this.elementTexts);
    }
  }

  /** Returns whether a user without a role may write in the room, which is read-only. */
  hasVoice(id: number): boolean {
    return this.delegate.roleState.rules.readonly === true && this.voices.has(id);
  }

  /** Returns whether this user may mute, kick and ban the user with that id. */
  mayModerate(id: number): boolean {
    const { members, roleState } = this.delegate;
    return id !== this.ownId && (members.has(id) || isPoster(id)) && (this.isOwner || !roleState.roleOf(id));
  }
}
