import type { ChatEvent, UserRef } from '../../../shared/protocol/events.js';
import { POSTER_ID_MIN } from '../../../shared/protocol/limits.js';
import { called, filled, isolated } from '../element/dom/sentence.js';
import type { MessageChoice } from '../element/moderation/load-tools.js';
import type { TalkDelegate } from '../element/talk/load-talk.js';
import { fill } from '../element/texts.js';
import type { TalkTexts } from './texts.js';

/** Blocks and unblocks the partner of a private conversation, or the author of a message in the room. */
export class Blocking {
  private isBusy = false;

  constructor(
    private readonly delegate: TalkDelegate,
    private readonly texts: TalkTexts,
  ) {}

  /** Only a person who may be here can write privately: no program, and nobody of another room. */
  isPossible({ type, from, imported }: ChatEvent): boolean {
    return type === 'message' && !imported && from.id < POSTER_ID_MIN && from.id !== this.delegate.chat.user?.id;
  }

  /** The choice in the menu of a message. */
  choice(user: UserRef): MessageChoice {
    const { chat, skeleton } = this.delegate;
    const { blockTitle, unblockTitle } = skeleton.texts;
    const on = !chat.blocked.includes(user.id);
    const label = fill(on ? blockTitle : unblockTitle, { name: isolated(user.name) });
    return { label, act: () => void this.set(user, on) };
  }

  async set(user: UserRef, on: boolean): Promise<void> {
    const { delegate, texts } = this;
    const { chat } = delegate;
    if (this.isBusy) return;
    this.isBusy = true;
    try {
      await (on ? chat.block(user.id) : chat.unblock(user.id));
      const undo = { label: texts.undo, act: () => void this.set(user, false) };
      const text = filled(on ? texts.blockedNow : texts.unblockedNow, { name: called(user.name) });
      delegate.say(text, on ? undo : undefined);
    } catch (failure) {
      delegate.say(delegate.denial(failure));
    } finally {
      this.isBusy = false;
      delegate.permissionsChanged();
    }
  }
}
