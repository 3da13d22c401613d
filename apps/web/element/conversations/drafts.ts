type Texts = Record<string, string>;

/** By room: the drafts of a page that may store nothing. They outlive a view that is drawn again. */
const kept: Record<string, Texts> = {};

/** The texts that the user has written in a room and its private conversations, and not sent. A reload keeps them. */
export class Drafts {
  private readonly key: string;

  constructor(room: string) {
    this.key = `nobackend-chat-drafts ${room}`;
  }

  /** Returns the text for a conversation, which is named by its room. */
  read(conversation: string): string {
    return this.all()[conversation] || '';
  }

  write(conversation: string, text: string): void {
    const texts = { ...this.all(), [conversation]: text };
    if (!text) delete texts[conversation];
    kept[this.key] = texts;
    try {
      sessionStorage.setItem(this.key, JSON.stringify(texts));
    } catch (_) {
      return;
    }
  }

  private all(): Texts {
    const { [this.key]: known } = kept;
    try {
      return known || (JSON.parse(sessionStorage.getItem(this.key) || '{}') as Texts);
    } catch (_) {
      return {};
    }
  }
}
