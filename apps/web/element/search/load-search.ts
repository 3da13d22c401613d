import type { Chat } from '../../client/api.js';
import { registry } from '../../client/registry.js';
import type { Language } from '../language/choose.js';
import { loadPart, type Scripts } from '../language/load.js';
import type { Entry } from '../log/entries.js';
import type { Skeleton } from '../skeleton.js';

/** The parts of the element that the search needs. */
export interface SearchDelegate {
  chat: Chat;
  skeleton: Skeleton;
  /** The texts of the search that are not in English, and all texts of the page as it gave them. */
  texts: unknown;
  /** Returns the known part of the open conversation, oldest first. `complete`: there is nothing older. */
  known(): { entries: Entry[]; complete: boolean };
  /** Reads the page before that. Resolves with false if that fails. */
  readOlder(): Promise<boolean>;
  /** Shows a message. Resolves with false if it is gone. */
  goTo(id: string): Promise<boolean>;
  /** Returns the text of a message on one line, without the marks of its formatting. */
  plainText(text: string): string;
  say(text: string): void;
}

/** The panel below the header that finds messages. */
export interface Search {
  toggle(): void;
  /** Another conversation is open now. */
  close(): void;
  end(): void;
}

/**
 * The part of the registry that `/search.js` fills. The key must change whenever `SearchDelegate` does: an open page
 * may load the script of a newer server, and must not call it then.
 */
export interface SearchRegistry {
  search2?: (delegate: SearchDelegate) => Search;
}

/** The search. Loads its code when the user clicks its button for the first time. */
export class LazySearch {
  private search: Search | null = null;
  private hasEnded = false;

  constructor(
    private readonly delegate: SearchDelegate,
    private readonly options: { language: Language; scripts: Scripts },
  ) {
    delegate.skeleton.header.search.addEventListener('click', () => void this.toggle());
  }

  close(): void {
    this.search?.close();
  }

  end(): void {
    this.hasEnded = true;
    this.search?.end();
  }

  private async toggle(): Promise<void> {
    const page = registry() as SearchRegistry;
    const { delegate } = this;
    const texts = await loadPart('search', page.search2, delegate, this.options);
    if (this.hasEnded) return;
    if (page.search2) this.search = this.search || page.search2({ ...delegate, texts });
    if (this.search) this.search.toggle();
    else delegate.say(delegate.skeleton.texts.noSearch);
  }
}
