import type { ChatEvent } from '../../../../shared/protocol/events.js';
import { SHARED_ROOM } from '../../../../shared/protocol/limits.js';
import type { Chat, ChatFailure } from '../../client/api.js';
import { append, button, h, ICONS, icon } from '../dom/dom.js';
import { called, filled, isolated } from '../dom/sentence.js';
import type { Skeleton } from '../skeleton.js';
import { denialText } from '../status/denials.js';
import type { StatusView } from '../status/status-view.js';
import { fill } from '../texts.js';

/** Characters of the message that the question quotes. */
const QUOTED_MAX = 80;

/** The button beside a message that reports it to the owner and the moderators. Users with a role have tools instead. */
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

  forMessage(event: ChatEvent): Node[] {
    const label = fill(this.skeleton.texts.reportMessage, { name: isolated(event.from.name) });
    return [button({ class: 'plain report', 'aria-label': label }, () => this.ask(event), icon(ICONS.flag))];
  }

  /** Asks first: on a phone, a finger soon touches the button. */
  private ask({ id, from, text = '' }: ChatEvent): void {
    const { texts, statusLine } = this.skeleton;
    const act = (): unknown => this.report(id);
    const question = filled(texts.reportAsk, { name: called(from.name) });
    const beginning = [...text].slice(0, QUOTED_MAX).join('');
    const quote = text && h('q', { dir: 'auto' }, beginning === text ? text : `${beginning}…`);
    this.status.showBriefly([...question, ' ', quote], { label: texts.report, act });
    append(
      statusLine,
      button({ class: 'plain' }, () => this.status.clear(), texts.cancel),
    );
    statusLine.querySelector('button')?.focus();
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
