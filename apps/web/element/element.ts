import { fitName } from '../../../shared/protocol/letters.js';
import { DEFAULT_ROOM } from '../../../shared/protocol/limits.js';
import type { Chat, ChatFailure, WayName } from '../client/api.js';
import { type joinFrom, type Origin, serverOf } from '../client/session/join.js';
import { ChatView } from './chat-view.js';
import { refill } from './dom/dom.js';
import { keepWriting, takeKeys } from './dom/keys.js';
import { skeleton } from './dom/skeleton.js';
import { addStyle, restyle } from './dom/style.js';
import { followTheme } from './dom/theme.js';
import css from './element.css';
import { OwnerToken, takeFromAddress } from './moderation/owner-token.js';
import { ENGLISH, type Texts, textsFrom } from './texts.js';

function parsed(json: string | null): unknown {
  try {
    return JSON.parse(json || '{}');
  } catch (_) {
    return {};
  }
}

/** What can be kept of a name that a page has filled in: a chat under half of it, or as a guest, is better than none. */
const fitted = (name: string | null | undefined): string | undefined => (name ? fitName(name) || undefined : undefined);

/** Makes the class of `<nobackend-chat>`, which joins by the given `join`, at `origin` unless it names another server. */
export function elementClass(join: ReturnType<typeof joinFrom>, origin: Origin): CustomElementConstructor {
  /** A whole chat: `<nobackend-chat room="lobby" name="ann" theme="auto">`. */
  return class NobackendChatElement extends HTMLElement {
    static readonly observedAttributes = ['room', 'name', 'server', 'way', 'tabs', 'tools'];

    /** The library's chat behind it, while it is in the page. */
    chat: Chat | null = null;
    private view: ChatView | null = null;
    private given: Partial<Texts> = {};
    private token: string | undefined;
    /** What the page's address gave, and for which room. */
    private link: { room: string; token: string } | null = null;
    private starting = false;
    /** A name that the server has refused: the chat goes on under a guest's. */
    private refused: string | undefined;
    private unfollow: () => void = () => undefined;

    constructor() {
      super();
      const root = this.attachShadow({ mode: 'open' });
      addStyle(root, css);
      keepWriting(root);
    }

    /** Words in another language, by name; unknown names are ignored. */
    set texts(texts: Partial<Texts>) {
      this.given = texts;
      this.restart();
    }

    get texts(): Texts {
      return textsFrom(this.words(), ENGLISH);
    }

    /** The page's own words, also those that only `/owner.js` knows. */
    private words(): object {
      return { ...(parsed(this.getAttribute('texts')) as object), ...this.given };
    }

    /** The room's owner token, as from the owner's link; no attribute, so that nobody puts it into a page by mistake. */
    set owner(token: string | undefined) {
      this.token = token;
      if (this.chat) this.restart();
    }

    get owner(): string | undefined {
      return (this.chat && this.chat.owner) || this.token;
    }

    connectedCallback(): void {
      const { defaultView } = this.ownerDocument;
      if (defaultView) takeKeys(defaultView);
      if (!this.chat) this.restart();
      else this.followTheme();
      window.addEventListener('hashchange', this.onAddress);
    }

    /** An element that is only moved is back in the page by then. */
    disconnectedCallback(): void {
      window.removeEventListener('hashchange', this.onAddress);
      setTimeout(() => {
        if (!this.isConnected) void this.stop();
      });
    }

    adoptedCallback(): void {
      if (this.shadowRoot) restyle(this.shadowRoot);
    }

    attributeChangedCallback(name: string, was: string | null, now: string | null): void {
      if (was === now || !this.chat) return;
      const fit = fitted(now);
      if (name === 'name' && now) void (fit && this.rename(this.chat, fit));
      else this.restart();
    }

    /** An owner's link may be opened in a page that is open already. */
    private readonly onAddress = (): void => {
      if (this.chat && this.takeLink(this.chat.room)) this.restart();
    };

    private takeLink(room: string): boolean {
      const token = takeFromAddress(room);
      if (token) this.link = { room, token };
      return token !== undefined;
    }

    /** As with join, the free name that is suggested is used when the wanted one is taken. */
    private async rename(chat: Chat, name: string): Promise<void> {
      const other = async ({ suggestion }: ChatFailure): Promise<unknown> => suggestion && chat.rename(suggestion);
      await chat
        .rename(name)
        .catch(other)
        .catch(() => undefined);
    }

    /** Joins (again), once for all that changes at one time. */
    private restart(): void {
      if (!this.isConnected || this.starting) return;
      this.starting = true;
      void Promise.resolve()
        .then(() => this.stop())
        .then(() => {
          this.starting = false;
          if (this.isConnected) this.start();
        });
    }

    private start(): void {
      const attribute = (name: string): string | undefined => this.getAttribute(name) || undefined;
      const wanted = attribute('name');
      const way = attribute('way') as WayName | undefined;
      const tabs = attribute('tabs') === 'own' ? 'own' : 'shared';
      const room = attribute('room') || DEFAULT_ROOM;
      const server = serverOf(this.getAttribute('server'), origin);
      this.takeLink(room);
      const tools = attribute('tools') !== 'none';
      const given = tools
        ? this.token || (this.link && this.link.room === room ? this.link.token : undefined)
        : undefined;
      const owner = tools ? new OwnerToken(server, room).read() || given : undefined;
      const chat = join({ room, name: wanted === this.refused ? undefined : fitted(wanted), server, way, tabs, owner });
      const parts = skeleton(chat.room, this.texts);
      if (this.shadowRoot) refill(this.shadowRoot, ...this.shadowRoot.querySelectorAll('style'), parts.root);
      this.chat = chat;
      this.followTheme(parts.root);
      this.view = new ChatView(parts, chat, { words: this.words(), tools, owner: given, nonce: origin.nonce }, () =>
        this.restart(),
      );
      chat.on('error', ({ field }) => {
        if (field !== 'name' || wanted === this.refused) return;
        this.refused = wanted;
        this.restart();
      });
      this.dispatchEvent(new CustomEvent('chat', { detail: chat }));
    }

    /** What is around the element has changed, or what is in it. */
    private followTheme(root = this.shadowRoot && this.shadowRoot.querySelector('.chat')): void {
      this.unfollow();
      if (root) this.unfollow = followTheme(this, root);
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
