import type { UserRef } from '../../../../shared/protocol/events.js';
import type { Chat } from '../../client/api.js';
import { asFailure } from '../../client/errors.js';
import { called, filled, isolated } from '../dom/sentence.js';
import type { Skeleton } from '../skeleton.js';
import { denialText } from '../status/denials.js';
import type { StatusView } from '../status/status-view.js';
import { fill } from '../texts.js';
import type { Conversation } from './conversation.js';

/** The button above a private conversation that blocks or unblocks the partner. */
export class Blocking {
  private partner: UserRef | null = null;
  private isBusy = false;

  /** `changed` is called after a user has been blocked or unblocked. */
  constructor(
    private readonly skeleton: Skeleton,
    private readonly chat: Chat,
    private readonly status: StatusView,
    private readonly changed: () => void,
  ) {
    skeleton.header.block.addEventListener('click', () => {
      if (this.partner) void this.setBlocked(this.partner, !this.has(this.partner.id));
    });
  }

  has(id: number): boolean {
    return this.chat.blocked.includes(id);
  }

  show({ partner }: Conversation): void {
    const {
      header: { block },
      texts,
    } = this.skeleton;
    this.partner = partner;
    block.hidden = !partner;
    if (!partner) return;
    const isBlocked = this.has(partner.id);
    block.textContent = isBlocked ? texts.unblock : texts.block;
    block.title = fill(isBlocked ? texts.unblockTitle : texts.blockTitle, { name: isolated(partner.name) });
  }

  private async setBlocked(user: UserRef, on: boolean): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    const { texts } = this.skeleton;
    try {
      await (on ? this.chat.block(user.id) : this.chat.unblock(user.id));
      const undo = { label: texts.undo, act: () => void this.setBlocked(user, false) };
      const text = filled(on ? texts.blockedNow : texts.unblockedNow, { name: called(user.name) });
      this.status.showBriefly(text, on ? undo : undefined);
    } catch (thrown) {
      this.status.showBriefly(denialText(asFailure(thrown), texts));
    } finally {
      this.isBusy = false;
      this.changed();
    }
  }
}
