import type { UserRef } from '../../../../shared/protocol/events.js';
import type { Chat } from '../../client/api.js';
import { asFailure } from '../../client/errors.js';
import { called, isolated } from '../dom/dom.js';
import type { Skeleton } from '../dom/skeleton.js';
import { whyNot } from '../status/denials.js';
import type { StatusView } from '../status/status.js';
import { fill, filled } from '../texts.js';
import type { Conversation } from './conversation.js';

/** The button above a private conversation by which one refuses what the other writes, and takes it again. */
export class Blocking {
  private partner: UserRef | null = null;
  private busy = false;

  /** `turned`: called when somebody has been blocked or unblocked. */
  constructor(
    private readonly parts: Skeleton,
    private readonly chat: Chat,
    private readonly status: StatusView,
    private readonly turned: () => void,
  ) {
    parts.header.block.addEventListener('click', () => {
      if (this.partner) void this.turn(this.partner, !this.has(this.partner.id));
    });
  }

  has(id: number): boolean {
    return this.chat.blocked.includes(id);
  }

  show({ partner }: Conversation): void {
    const {
      header: { block },
      texts,
    } = this.parts;
    this.partner = partner;
    block.hidden = !partner;
    if (!partner) return;
    const blocked = this.has(partner.id);
    block.textContent = blocked ? texts.unblock : texts.block;
    block.title = fill(blocked ? texts.unblockTitle : texts.blockTitle, { name: isolated(partner.name) });
  }

  private async turn(user: UserRef, on: boolean): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    const { texts } = this.parts;
    try {
      await (on ? this.chat.block(user.id) : this.chat.unblock(user.id));
      const undo = { label: texts.undo, act: () => void this.turn(user, false) };
      const said = filled(on ? texts.blockedNow : texts.unblockedNow, { name: called(user.name) });
      this.status.pass(said, on ? undo : undefined);
    } catch (thrown) {
      this.status.pass(whyNot(asFailure(thrown), texts));
    } finally {
      this.busy = false;
      this.turned();
    }
  }
}
