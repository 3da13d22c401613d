import type { UserRef } from '../../../shared/protocol/events.js';
import { called, filled } from '../element/dom/sentence.js';
import type { TalkDelegate } from '../element/talk/load-talk.js';
import type { TalkTexts } from './texts.js';

/** Blocks and unblocks the partner of a private conversation. */
export class Blocking {
  private isBusy = false;

  constructor(
    private readonly delegate: TalkDelegate,
    private readonly texts: TalkTexts,
  ) {}

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
