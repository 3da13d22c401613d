import type { ChatEvent } from '../../../shared/protocol/events.js';
import { SHARED_ROOM } from '../../../shared/protocol/limits.js';
import { h } from '../element/dom/dom.js';
import { called, filled } from '../element/dom/sentence.js';
import type { TalkDelegate } from '../element/talk/load-talk.js';
import type { TalkTexts } from './texts.js';

/** Characters of the message that the question quotes. */
const QUOTED_MAX = 80;

/** Reports a message to the owner and the moderators. Users with a role have tools instead. */
export class Reporting {
  constructor(
    private readonly delegate: TalkDelegate,
    private readonly texts: TalkTexts,
  ) {}

  /** Nobody owns a room for everybody, so nobody would read a report there. */
  isPossible(event: ChatEvent): boolean {
    return this.delegate.mayReport(event) && !SHARED_ROOM.test(this.delegate.chat.room);
  }

  /** Asks first. */
  ask({ id, from, text = '' }: ChatEvent): void {
    const { texts, delegate } = this;
    const question = filled(texts.reportAsk, { name: called(from.name) });
    const plain = delegate.plainText(text);
    const beginning = [...plain].slice(0, QUOTED_MAX).join('');
    const quote = plain && h('q', { dir: 'auto' }, beginning === plain ? plain : `${beginning}…`);
    delegate.ask([...question, ' ', quote], texts.report, () => void this.report(id));
  }

  private async report(id: string): Promise<void> {
    const { chat, skeleton, say, denial } = this.delegate;
    skeleton.composer.input.focus();
    const told = chat.call('report', { room: chat.room, id }).then(() => this.texts.reportDone, denial);
    say(await told);
  }
}
