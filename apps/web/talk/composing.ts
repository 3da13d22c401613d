import type { ChatEvent } from '../../../shared/protocol/events.js';
import { append, button, h, ICONS, icon, refill } from '../element/dom/dom.js';
import { called, filled } from '../element/dom/sentence.js';
import type { Skeleton } from '../element/skeleton.js';
import type { TalkTexts } from './texts.js';

/** The composer is for this now: a message, or an answer to one, or another text for one. */
interface Topic {
  kind: 'reply' | 'edit';
  event: ChatEvent;
  /** The text that the user was writing before an edit. */
  draft: string;
}

/** The line above the composer that says what the user answers or edits. */
export class Composing {
  private topic: Topic | null = null;

  /** `setText` puts a text into the composer, `settle` is called when the line has changed its height. */
  constructor(
    private readonly skeleton: Skeleton,
    private readonly texts: TalkTexts,
    private readonly setText: (text: string) => void,
    private readonly settle: () => void,
    private readonly quoted: (event: ChatEvent) => Node[],
  ) {}

  /** The id of the message that the next one answers. */
  get re(): string | undefined {
    return this.topic?.kind === 'reply' ? this.topic.event.id : undefined;
  }

  /** The message that gets another text. */
  get edited(): ChatEvent | undefined {
    return this.topic?.kind === 'edit' ? this.topic.event : undefined;
  }

  reply(event: ChatEvent): void {
    this.end();
    this.begin({ kind: 'reply', event, draft: '' });
  }

  edit(event: ChatEvent, text = event.text || ''): void {
    this.end();
    this.begin({ kind: 'edit', event, draft: this.skeleton.composer.input.value });
    this.setText(text);
  }

  /** Returns whether there was something to end. The text that the user was writing before an edit comes back. */
  end(): boolean {
    const { topic } = this;
    this.topic = null;
    if (!topic) return false;
    if (topic.kind === 'edit') this.setText(topic.draft);
    this.show();
    return true;
  }

  /** A message has been removed. */
  removed(isGone: (id: string) => boolean): void {
    if (this.topic && isGone(this.topic.event.id)) this.end();
  }

  private begin(topic: Topic): void {
    this.topic = topic;
    this.show();
    this.skeleton.composer.input.focus();
  }

  private show(): void {
    const { skeleton, topic, texts } = this;
    const { about, input } = skeleton.composer;
    const stop = (): void => {
      this.end();
      input.focus();
    };
    about.hidden = !topic;
    refill(about);
    if (topic) {
      const { event, kind } = topic;
      const what = kind === 'edit' ? [texts.editing] : filled(texts.replyingTo, { name: called(event.from.name) });
      const said = this.quoted(event).pop();
      append(
        about,
        icon(kind === 'edit' ? ICONS.edit : ICONS.reply),
        h('div', {}, h('div', { class: 'what', id: 'about' }, ...what), said || null),
        button({ class: 'plain', 'aria-label': skeleton.texts.cancel }, stop, icon(ICONS.close)),
      );
    }
    this.settle();
  }
}
