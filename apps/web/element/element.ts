import { NAME_MAX } from '../../../shared/protocol/limits.js';
import type { Chat, ChatFailure, WayName } from '../client/api.js';
import type { joinFrom } from '../client/join.js';
import { ChatView } from './chat-view.js';
import css from './element.css';
import { skeleton } from './skeleton.js';
import { textsFrom, type Texts } from './texts.js';
import { followTheme } from './theme.js';

/** A style sheet made by script: no policy on inline styles forbids it. */
function addStyle(root: ShadowRoot): void {
  if ('adoptedStyleSheets' in root) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [sheet];
    return;
  }
  const style = document.createElement('style');
  style.textContent = css;
  (root as ShadowRoot).append(style);
}

function parsed(json: string | null): unknown {
  try {
    return JSON.parse(json || '{}');
  } catch (_) {
    return {};
  }
}

/** Makes the class of `<nobackend-chat>`, which joins by the given `join`. */
export function elementClass(join: ReturnType<typeof joinFrom>): CustomElementConstructor {
  /** A whole chat: `<nobackend-chat room="lobby" name="ann" theme="auto">`. */
  return class NobackendChatElement extends HTMLElement {
    static readonly observedAttributes = ['room', 'name', 'server', 'way', 'tabs'];

    /** The library's chat behind it, while it is in the page. */
    chat: Chat | null = null;
    private view: ChatView | null = null;
    private given: Partial<Texts> = {};
    private starting = false;
    private unfollow: () => void = () => undefined;

    constructor() {
      super();
      addStyle(this.attachShadow({ mode: 'open' }));
    }

    /** Words in another language, by name; unknown names are ignored. */
    set texts(texts: Partial<Texts>) {
      this.given = texts;
      this.restart();
    }

    get texts(): Texts {
      return textsFrom({ ...(parsed(this.getAttribute('texts')) as object), ...this.given });
    }

    connectedCallback(): void {
      if (!this.chat) this.restart();
    }

    /** An element that is only moved is back in the page by then. */
    disconnectedCallback(): void {
      setTimeout(() => { if (!this.isConnected) void this.stop(); });
    }

    attributeChangedCallback(name: string, was: string | null, now: string | null): void {
      if (was === now || !this.chat) return;
      if (name === 'name' && now) void this.rename(this.chat, now);
      else this.restart();
    }

    /** As with join, the free name that is suggested is used when the wanted one is taken. */
    private async rename(chat: Chat, name: string): Promise<void> {
      const other = async ({ suggestion }: ChatFailure): Promise<unknown> => suggestion && chat.rename(suggestion);
      await chat.rename(name).catch(other).catch(() => undefined);
    }

    /** Joins (again), once for all that changes at one time. */
    private restart(): void {
      if (!this.isConnected || this.starting) return;
      this.starting = true;
      void Promise.resolve().then(() => this.stop()).then(() => {
        this.starting = false;
        if (this.isConnected) this.start();
      });
    }

    private start(): void {
      const attribute = (name: string): string | undefined => this.getAttribute(name) || undefined;
      const name = attribute('name'); // what a page fills in may be long: a chat under half of it is better than none
      const way = attribute('way') as WayName | undefined;
      const tabs = attribute('tabs') === 'own' ? 'own' : 'shared';
      const chat = join({ room: attribute('room'), name: name && Array.from(name).slice(0, NAME_MAX).join(''), server: attribute('server'), way, tabs });
      const parts = skeleton(chat.room, this.texts);
      this.unfollow = followTheme(this, parts.root);
      if (this.shadowRoot) this.shadowRoot.replaceChildren(parts.root);
      this.chat = chat;
      this.view = new ChatView(parts, chat, () => this.restart());
      this.dispatchEvent(new CustomEvent('chat', { detail: chat }));
    }

    /** The name is free again when this is done. */
    private async stop(): Promise<void> {
      const { chat, view } = this;
      this.view = this.chat = null;
      this.unfollow();
      if (view) view.end();
      if (chat) await chat.leave();
    }
  };
}
