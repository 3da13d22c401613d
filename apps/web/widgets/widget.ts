import { type Origin, serversOf } from '../client/address.js';
import type { Chat, ChatFailure, JoinOptions } from '../client/api.js';
import { append, h } from '../element/dom/dom.js';
import look from '../element/dom/look.css';
import { addStyle, restyle } from '../element/dom/style.js';
import { followTheme } from '../element/dom/theme.js';
import { type Language, languageFor } from '../element/language/choose.js';
import { loadTexts, textsOf } from '../element/language/load.js';
import { textsFrom } from '../element/texts.js';
import { enterRoom, origin } from './rooms.js';
import { ENGLISH, type Texts } from './texts.js';
import css from './widgets.css';

/** Resolves when the page has been read: then the content of its elements is there. */
const read = new Promise<void>((resolve) => {
  if (document.readyState !== 'loading') resolve();
  else document.addEventListener('DOMContentLoaded', () => resolve());
});

/** The words of widgets are in files of their own. */
const PART = '.widgets';

/** The attributes that say where a widget is. */
const PLACE = ['room', 'name', 'server', 'transport', 'tabs', 'of'];

/** An element that shows values of a room. It is in the room while it is in the page. */
export abstract class Widget extends HTMLElement {
  static readonly observedAttributes: string[] = [...PLACE, 'lang', 'texts'];

  /** The library's chat, while the element is in the page. All widgets of a room share one. */
  chat: Chat | null = null;
  /** Why the room cannot be opened. */
  protected broken: ChatFailure | null = null;
  protected readonly box = h('div', { class: 'widget', part: 'box' });
  private ends: (() => void)[] = [];
  private isWaiting = false;
  private language: Language = { file: '', locale: '', dir: '' };

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    addStyle(root, look + css);
    append(root, this.box);
  }

  /** Begins to show what the room has. Returns what ends that. */
  protected abstract listen(chat: Chat): (() => void)[];
  /** Shows everything as it is now. */
  protected abstract draw(): void;

  /** The name of what it counts, as the page gives it, in the letters of keys. */
  protected get of(): string {
    return (this.getAttribute('of') || '').replace(/[^A-Za-z0-9._/-]+/g, '-').slice(0, OF_MAX);
  }

  protected get texts(): Texts {
    let given: unknown;
    try {
      given = JSON.parse(this.getAttribute('texts') || '{}');
    } catch (_) {
      given = {};
    }
    return textsFrom(given, textsFrom(textsOf(this.language, PART), ENGLISH));
  }

  connectedCallback(): void {
    const content = new MutationObserver(() => this.draw());
    content.observe(this, { childList: true, subtree: true, characterData: true });
    this.ends.push(followTheme(this, [this.box]), () => content.disconnect());
    this.speak();
    this.begin();
  }

  disconnectedCallback(): void {
    for (const end of this.ends) end();
    this.ends = [];
    this.chat = null;
  }

  adoptedCallback(): void {
    if (this.shadowRoot) restyle(this.shadowRoot);
  }

  attributeChangedCallback(attribute: string, was: string | null, now: string | null): void {
    if (was === now || !this.isConnected) return;
    if (attribute === 'lang') this.speak();
    if (PLACE.indexOf(attribute) < 0) this.draw();
    else if (!this.isWaiting) {
      this.disconnectedCallback();
      this.connectedCallback();
    }
  }

  /** Shows the words of the language as soon as they are there. */
  private speak(): void {
    const language = languageFor(this, LANGUAGES.split(' '));
    const { file, locale, dir } = language;
    this.language = language;
    if (locale) Object.assign(this.box, { lang: locale, dir });
    if (file) void loadTexts(`${file}${PART}`, origin).then(() => this.draw());
  }

  private begin(): void {
    if (this.isWaiting) return;
    this.isWaiting = true;
    void read.then(() => {
      this.isWaiting = false;
      if (this.isConnected) this.enter();
    });
  }

  private enter(): void {
    const { chat, leave } = enterRoom(this.joinOptions());
    const draw = (): void => this.draw();
    this.chat = chat;
    this.broken = null;
    this.ends.push(
      leave,
      chat.on('state', draw),
      chat.on('server', draw),
      chat.on('error', (failure) => {
        this.broken = failure;
        draw();
      }),
      ...this.listen(chat),
    );
    draw();
  }

  /** A chat of this page in the same room has the same user, if it asks for the same name. */
  private joinOptions(): JoinOptions {
    const room = this.getAttribute('room') || 'auto';
    const chats = [...this.ownerDocument.querySelectorAll('nobackend-chat')];
    const [chat] = chats.filter((one) => one.getAttribute('room') === room);
    const wish = (attribute: string): string | undefined =>
      this.getAttribute(attribute) || chat?.getAttribute(attribute) || undefined;
    return {
      room,
      name: wish('name'),
      server: serversOf(wish('server'), origin as Origin),
      transport: wish('transport') as JoinOptions['transport'],
      tabs: wish('tabs') === 'own' ? 'own' : 'shared',
    };
  }
}

/** A key has at most 60 characters, and those of widgets have more than `of`. */
const OF_MAX = 32;
