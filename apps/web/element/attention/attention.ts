import type { ChatEvent } from '../../../../shared/protocol/events.js';
import type { Chat } from '../../client/api.js';
import { registry } from '../../client/registry.js';
import type { Language } from '../language/choose.js';
import { loadPart, type Scripts } from '../language/load.js';
import type { Skeleton } from '../skeleton.js';
import { CHOICES_KEY } from './choices.js';

/** The parts of the element that sound and desktop notices need. */
export interface NoticesDelegate {
  chat: Chat;
  skeleton: Skeleton;
  /** The texts of the notices that are not in English, and all texts of the page as it gave them. */
  texts: unknown;
  /** Shows the conversation of a message. */
  show(event: ChatEvent): void;
  say(text: string): void;
}

/** Sound and desktop notices, and the menu of the bell. */
export interface Notices {
  /** A message of another user has come. `isCalled`: it names this user. */
  heard(event: ChatEvent, isCalled: boolean): void;
  toggleMenu(): void;
  end(): void;
}

/**
 * The part of the registry that `/notices.js` fills. The key must change whenever `NoticesDelegate` does: an open page
 * may load the script of a newer server, and must not call it then.
 */
export interface NoticesRegistry {
  notices?: (delegate: NoticesDelegate) => Notices;
}

/** The bell. Loads the code of the notices when the user clicks it, or has allowed notices before. */
export class Attention {
  private notices: Notices | null = null;
  private hasEnded = false;

  constructor(
    private readonly delegate: NoticesDelegate,
    private readonly options: { language: Language; scripts: Scripts },
  ) {
    const { root, header } = delegate.skeleton;
    const { host } = root.getRootNode() as ShadowRoot;
    if (/^(off|title)$/.test(host.getAttribute('notify') || '')) return;
    header.bell.hidden = false;
    header.bell.addEventListener('click', () => void this.openMenu());
    window.addEventListener('storage', this.loadIfWanted);
    this.loadIfWanted();
  }

  heard(event: ChatEvent, isCalled: boolean): void {
    if (event.type === 'message') this.notices?.heard(event, isCalled);
  }

  end(): void {
    this.hasEnded = true;
    window.removeEventListener('storage', this.loadIfWanted);
    this.notices?.end();
  }

  /** The user may have allowed notices here, or just now in another tab. */
  private readonly loadIfWanted = (): void => {
    try {
      if (/true/.test(localStorage.getItem(CHOICES_KEY) || '')) void this.load();
    } catch (_) {
      return;
    }
  };

  private async openMenu(): Promise<void> {
    await this.load();
    if (this.notices) this.notices.toggleMenu();
    else this.delegate.say(this.delegate.skeleton.texts.noNotices);
  }

  private async load(): Promise<void> {
    const page = registry() as NoticesRegistry;
    const texts = await loadPart('notices', page.notices, this.delegate, this.options);
    if (this.notices || this.hasEnded || !page.notices) return;
    this.notices = page.notices({ ...this.delegate, texts });
  }
}
