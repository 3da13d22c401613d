import { fitName } from '../../../shared/protocol/letters.js';
import { DEFAULT_ROOM } from '../../../shared/protocol/limits.js';
import { type Origin, serversOf } from '../client/address.js';
import type { Chat, ChatFailure, JoinOptions, ServerChange } from '../client/api.js';
import type { joinFrom } from '../client/join.js';
import { keyInAddress } from '../client/session/room-keys.js';
import { countInTitle } from './attention/page-title.js';
import { type Bubble, bubbleOf, hideBubble, loadBubble } from './bubble/load-bubble.js';
import { ChatView } from './chat-view.js';
import { refill } from './dom/dom.js';
import { keepAboveKeyboard } from './dom/keyboard.js';
import { keepFieldEvents, takeKeys } from './dom/keys.js';
import look from './dom/look.css';
import { addStyle, restyle } from './dom/style.js';
import { followTheme } from './dom/theme.js';
import { drawInLanguage } from './draw-in-language.js';
import css from './element.css';
import { type Language, languageFor } from './language/choose.js';
import { type Scripts, textsOf } from './language/load.js';
import { OwnerToken, takeFromAddress } from './moderation/owner-token.js';
import { type Heard, type ScopedChat, scopedChat } from './scoped-chat.js';
import { buildSkeleton } from './skeleton.js';
import { ENGLISH, type GivenTexts, type Texts, textsFrom } from './texts.js';

let complainedOf = '';

/** Returns the words in the attribute `texts`. If they are no JSON, the console says so, once. */
function parseTexts(json: string | null): object {
  try {
    return JSON.parse(json || '{}') as object;
  } catch (_) {
    if (json !== complainedOf) console.warn(`texts must be JSON, with double quotes: ${json}`);
    complainedOf = `${json}`;
    return {};
  }
}

/**
 * Cuts a name that a page has given to the allowed length. A chat with half of it, or as a guest, is better than none.
 */
const fitted = (name: string | null | undefined): string | undefined => (name ? fitName(name) || undefined : undefined);

/** Makes the class of `<nobackend-chat>`. It joins with `join`, at `origin` unless the element names another server. */
export function elementClass(join: ReturnType<typeof joinFrom>, origin: Origin): CustomElementConstructor {
  /** A whole chat: `<nobackend-chat room="lobby" name="ann" theme="auto">`. */
  return class NobackendChatElement extends HTMLElement {
    static readonly observedAttributes = [
      'room',
      'name',
      'server',
      'transport',
      'way',
      'tabs',
      'tools',
      'lang',
      'notify',
      'mode',
      'images',
    ];

    /** The library's chat, while the element is in the page. */
    chat: Chat | null = null;
    private view: ChatView | null = null;
    private scope: ScopedChat | null = null;
    private bubble: Bubble | null = null;
    private language: Language = { file: '', locale: '', dir: '' };
    private stopDrawing: () => void = () => undefined;
    private ownTexts: GivenTexts = {};
    private ownerToken: string | undefined;
    /** The owner token from the page's address, and its room. */
    private addressToken: { room: string; token: string } | null = null;
    private isStarting = false;
    private pageKey: string | undefined;
    /** The name that this user has typed, because the room asks for one. */
    private typedName: string | undefined;
    private justTyped: string | undefined;
    /** The name that the server has refused. The chat goes on with a guest name. */
    private refusedName: string | null = null;
    private stopTheme: () => void = () => undefined;
    /** Each ends something that goes on as long as the view does. */
    private ends: (() => void)[] = [];

    constructor() {
      super();
      const root = this.attachShadow({ mode: 'open' });
      addStyle(root, look + css);
      keepFieldEvents(root);
    }

    /** Words in another language, by key. Unknown keys are ignored. */
    set texts(texts: GivenTexts) {
      this.ownTexts = texts;
      this.restart();
    }

    get texts(): Texts {
      return textsFrom(this.pageTexts(), textsFrom(textsOf(this.language), ENGLISH));
    }

    /** Returns all texts of the page, also those that only `/owner.js` knows. */
    private pageTexts(): object {
      return { ...parseTexts(this.getAttribute('texts')), ...this.ownTexts };
    }

    /**
     * The room's owner token, as in the owner link. It is not an attribute, so that nobody writes it into a page by
     * mistake.
     */
    set owner(token: string | undefined) {
      this.ownerToken = token;
      if (this.chat) this.restart();
    }

    get owner(): string | undefined {
      return this.chat?.owner || this.ownerToken;
    }

    /**
     * The key of a room that needs one. A link that ends with `#key=...` gives it too. It is not an attribute, so that
     * nobody writes it into a page by mistake.
     */
    set key(key: string | undefined) {
      this.pageKey = key;
      if (this.chat) this.restart();
    }

    get key(): string | undefined {
      return this.chat?.key || this.pageKey;
    }

    connectedCallback(): void {
      const { defaultView } = this.ownerDocument;
      if (defaultView) takeKeys(defaultView);
      if (!this.chat) this.restart();
      else this.followTheme();
      this.bubble?.show(); // the browser has closed it if the element was moved
      window.addEventListener('hashchange', this.onHashChange);
    }

    /** Leaves the room, unless the element has only been moved: then it is back in the page when the timer runs. */
    disconnectedCallback(): void {
      window.removeEventListener('hashchange', this.onHashChange);
      setTimeout(() => {
        if (!this.isConnected) void this.stop();
      });
    }

    adoptedCallback(): void {
      if (this.shadowRoot) restyle(this.shadowRoot);
    }

    attributeChangedCallback(attribute: string, was: string | null, now: string | null): void {
      if (was === now || !this.chat) return;
      if (attribute === 'name' && now) void this.rename(this.chat, fitted(now));
      else this.restart();
    }

    /** The user may open an owner link, or a link with a key, in a page that is already open. */
    private readonly onHashChange = (): void => {
      const { chat } = this;
      if (chat && (this.takeAddressToken(chat.room) || keyInAddress(chat.room))) this.restart(); // `join` takes a key
    };

    private takeAddressToken(room: string): boolean {
      const token = takeFromAddress(room);
      if (token) this.addressToken = { room, token };
      return token !== undefined;
    }

    /** Uses the suggested free name if the wanted one is taken, as `join` does. */
    private async rename(chat: Chat, wanted: string | undefined): Promise<void> {
      if (!wanted) return;
      const takeSuggestion = async ({ suggestion }: ChatFailure): Promise<unknown> =>
        suggestion && chat.rename(suggestion);
      await chat
        .rename(wanted)
        .catch(takeSuggestion)
        .catch(() => undefined);
    }

    /** Joins (again). Changes that come together lead to one restart. */
    private restart(): void {
      if (!this.isConnected || this.isStarting) return;
      this.isStarting = true;
      void Promise.resolve()
        .then(() => this.stop())
        .then(() => {
          this.isStarting = false;
          if (this.isConnected) this.start();
        });
    }

    private start(): void {
      const room = this.getAttribute('room') || DEFAULT_ROOM;
      const tools = this.getAttribute('tools') !== 'none';
      this.takeAddressToken(room); // also without tools: it does not belong into the address
      const token = tools ? this.givenToken(room) : undefined;
      const chat = this.join(room, tools, token);
      this.chat = chat;
      this.showWhenLoaded(chat, tools, token);
      this.joinAsGuestIfRefused(chat);
      chat.on('server', (change) => this.moved(chat, tools, change));
      this.dispatchEvent(new CustomEvent('chat', { detail: chat }));
    }

    /**
     * Shows the chat when its language and the code of its mode are there. Leaves it as it is if the user is doing
     * something in it by then. Calls `onShown` each time.
     */
    private showWhenLoaded(chat: Chat, tools: boolean, token: string | undefined, onShown?: () => void): void {
      this.language = languageFor(this, LANGUAGES.split(' '));
      const scripts = this.scriptsFor(chat);
      const code = loadBubble(this, { ...scripts, server: chat.server });
      const reveal = code && hideBubble(this);
      const stop = drawInLanguage(this.language, scripts, chat, code, (heard) => {
        reveal?.();
        if (this.view && this.shadowRoot?.activeElement) return;
        this.endView();
        this.show(chat, tools, token, heard);
        onShown?.();
      });
      this.stopDrawing = () => {
        stop();
        reveal?.();
      };
    }

    private scriptsFor(chat: Chat): Scripts {
      return { server: origin.server || chat.server, nonce: origin.nonce };
    }

    private show(chat: Chat, tools: boolean, token: string | undefined, heard: Heard): void {
      const { language, texts, justTyped } = this;
      const skeleton = buildSkeleton(chat.room, texts);
      const bubble = bubbleOf(this)?.(this, skeleton, chat, this.bubble?.isOpen === true) || null;
      const { root } = bubble || skeleton;
      if (texts.locale) Object.assign(root, { lang: texts.locale, dir: language.dir });
      if (this.shadowRoot) refill(this.shadowRoot, ...this.shadowRoot.querySelectorAll('style'), root);
      this.bubble = bubble;
      bubble?.show();
      this.followTheme();
      this.ends = [bubble ? () => bubble.end() : keepAboveKeyboard(root)];
      if (this.getAttribute('notify') !== 'off') this.ends.push(countInTitle(this));
      const images = this.getAttribute('images');
      const scripts = this.scriptsFor(chat);
      const options = { texts: this.pageTexts(), tools, images, owner: token, language, scripts };
      this.scope = scopedChat(chat, heard);
      this.view = new ChatView(
        skeleton,
        this.scope.chat,
        options,
        () => this.restart(),
        (typed) => {
          this.typedName = this.justTyped = typed;
          this.restart();
        },
      );
      this.scope.chat.on('ready', () => {
        if (justTyped) this.view?.showName(justTyped);
        this.justTyped = undefined;
      });
      this.scope.replay();
    }

    /** The chat runs on another server of the list now: it shows the room there. */
    private moved(chat: Chat, tools: boolean, change: ServerChange): void {
      this.stopDrawing();
      this.endView();
      this.showWhenLoaded(chat, tools, undefined, () => this.view?.showMove(change, this.servers[0] !== change.server));
    }

    private endView(): void {
      this.view?.end();
      this.scope?.end();
      for (const end of this.ends.splice(0)) end();
      this.view = this.scope = null;
    }

    private get servers(): string[] {
      return serversOf(this.getAttribute('server'), origin);
    }

    /** Returns the owner token from a script of the page or from its address. */
    private givenToken(room: string): string | undefined {
      return this.ownerToken || (this.addressToken?.room === room ? this.addressToken.token : undefined);
    }

    private join(room: string, tools: boolean, token: string | undefined): Chat {
      const name = this.getAttribute('name') || null;
      const { servers } = this;
      const tokenAt = (server: string): string | undefined =>
        new OwnerToken(server, room).read() || (server === servers[0] ? token : undefined);
      return join({
        room,
        name: this.typedName || (name === this.refusedName ? undefined : fitted(name)),
        server: servers,
        transport: this.transportWish(),
        tabs: this.getAttribute('tabs') === 'own' ? 'own' : 'shared',
        owner: tools ? tokenAt : undefined,
        key: this.pageKey,
      });
    }

    /** Returns the transport that the page asks for. `way` is the former name of the attribute. */
    private transportWish(): JoinOptions['transport'] {
      const wish = this.getAttribute('transport') || this.getAttribute('way');
      return (wish as JoinOptions['transport'] | null) || undefined;
    }

    private joinAsGuestIfRefused(chat: Chat): void {
      const name = this.getAttribute('name') || null;
      chat.on('error', ({ field }) => {
        if (field !== 'name' || name === this.refusedName) return;
        this.refusedName = name;
        this.restart();
      });
    }

    /** Something around the element or in it has changed. */
    private followTheme(): void {
      this.stopTheme();
      const roots = this.shadowRoot?.querySelectorAll('.chat, .launch') || [];
      this.stopTheme = followTheme(this, [...roots]);
    }

    /** Leaves the room. When the promise resolves, the name is free again. */
    private async stop(): Promise<void> {
      const { chat } = this;
      this.chat = null;
      this.stopTheme();
      this.stopDrawing();
      this.endView();
      if (chat) await chat.leave();
    }
  };
}
