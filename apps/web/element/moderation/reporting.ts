import type { ChatEvent } from '../../../../shared/protocol/events.js';
import { SHARED_ROOM } from '../../../../shared/protocol/limits.js';
import type { Chat, ChatFailure } from '../../client/api.js';
import { h } from '../dom/dom.js';
import { called, filled } from '../dom/sentence.js';
import type { Skeleton } from '../skeleton.js';
import { denialText } from '../status/denials.js';
import type { StatusView } from '../status/status-view.js';

/** Characters of the message that the question quotes. */
const QUOTED_MAX = 80;

/** Reports a message to the owner and the moderators. Users with a role have tools instead. */
export class Reporting {
  constructor(
    private readonly skeleton: Skeleton,
    private readonly chat: Chat,
    private readonly status: StatusView,
  ) {}

  /** Nobody owns a room for everybody, so nobody would read a report there. */
  get isPossible(): boolean {
    return !SHARED_ROOM.test(this.chat.room);
  }

  /** Asks first. */
  ask({ id, from, text = '' }: ChatEvent): void {
    const { texts } = this.skeleton;
    const act = (): unknown => this.report(id);
    const question = filled(texts.reportAsk, { name: called(from.name) });
    const beginning = [...text].slice(0, QUOTED_MAX).join('');
    const quote = text && h('q', { dir: 'auto' }, beginning === text ? text : `${beginning}…`);
    this.status.ask([...question, ' ', quote], { label: texts.report, act });
  }

  private async report(id: string): Promise<void> {
    const { chat, status, skeleton } = this;
    skeleton.composer.input.focus();
    const told = chat.call('report', { room: chat.room, id }).then(
      () => skeleton.texts.reportDone,
      (failure: ChatFailure) => denialText(failure, skeleton.texts),
    );
    status.showBriefly(await told);
  }
}
