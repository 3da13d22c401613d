/**
 * The types of the elements: `<nobackend-chat>` of `/element.js`, `<nobackend-poll>` and `<nobackend-count>` of
 * `/widgets.js`. The build sends this file as `/elements.d.ts`, and puts it into the npm package.
 */
import type { Chat } from '../client/api.js';

/** Attributes of all three elements. */
export interface NobackendAttributes {
  /** The room. `auto` is a room of this page's own. */
  room?: string | undefined;
  /** The nickname to ask for. */
  name?: string | undefined;
  theme?: 'auto' | 'light' | 'dark' | undefined;
  /** The language. Default: of the nearest `lang` around the element. `auto`: the visitor's. */
  lang?: string | undefined;
  /** Words of the page's own, as JSON. */
  texts?: string | undefined;
  /** The address of the server, or a list with commas between. */
  server?: string | undefined;
  transport?: 'auto' | 'fetch' | 'jsonp' | 'poll' | undefined;
  tabs?: 'shared' | 'own' | undefined;
}

export interface NobackendChatAttributes extends Omit<NobackendAttributes, 'texts'> {
  /** Words of the page's own: as JSON, or in React and Preact as an object. */
  texts?: string | object | undefined;
  /** @deprecated The former name of `transport`. It still works. */
  way?: 'auto' | 'fetch' | 'jsonp' | 'poll' | undefined;
  /** Images behind https links: shown after a click, at once, or never. */
  images?: 'click' | 'show' | 'off' | undefined;
  /** `name`: ask a guest for a name before the first message. */
  ask?: 'name' | undefined;
  /** `none`: show no tools to the owner and moderators. */
  tools?: 'none' | undefined;
  /** `bubble`: a round button in a corner of the window, which opens the chat. */
  mode?: 'bubble' | undefined;
  /** The corner of the bubble. */
  corner?: 'bottom-right' | 'bottom-left' | 'top-right' | 'top-left' | undefined;
  /** `title`: no sound and no desktop notifications. `off`: no number in the page's title either. */
  notify?: 'all' | 'title' | 'off' | undefined;
}

export interface NobackendPollAttributes extends NobackendAttributes {
  /** The name of the poll. Default: made from the question and its options. */
  of?: string | undefined;
  /** The question. Default: what is written around the options. */
  question?: string | undefined;
  /** `voted`: show results only to those who have voted. */
  results?: 'always' | 'voted' | undefined;
  /** Nobody can vote on this page. */
  closed?: boolean | '' | undefined;
}

export interface NobackendCountAttributes extends NobackendAttributes {
  /** The thing that is counted: `visits`, `people`, or any other name for a button. Default: `likes`. */
  of?: string | undefined;
}

/** The events that each element dispatches, by their names. */
export interface NobackendChatElementEvents {
  /** There is a new chat. */
  chat: CustomEvent<Chat>;
  /** The number of unread messages. `mentions` of them name the user with `@`. */
  unread: CustomEvent<number> & { readonly mentions: number };
}
export interface NobackendPollElementEvents {
  /** A vote was counted, for the option with this `value`, or at this place (from 1). */
  vote: CustomEvent<string>;
}
export interface NobackendCountElementEvents {
  /** A click was counted. `false`: it was taken back. */
  like: CustomEvent<boolean>;
}

/** An element with events of its own beside those of every element. */
interface Listening<Events> extends HTMLElement {
  addEventListener<N extends keyof Events>(
    type: N,
    listener: (this: this, event: Events[N]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener<N extends keyof HTMLElementEventMap>(
    type: N,
    listener: (this: HTMLElement, event: HTMLElementEventMap[N]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

export interface NobackendChatElement extends Listening<NobackendChatElementEvents> {
  /** The library's chat, while the element is in the page. */
  readonly chat: Chat | null;
  /** All words. Set an object to replace some. */
  get texts(): Record<string, string | Record<string, string>>;
  set texts(texts: object);
  /** The room's key, if it needs one. */
  key: string | undefined;
  /** The room's owner token, if this browser has it. Never write it into a page. */
  owner: string | undefined;
}
export interface NobackendPollElement extends Listening<NobackendPollElementEvents> {
  /** The library's chat, while the element is in the page. */
  readonly chat: Chat | null;
}
export interface NobackendCountElement extends Listening<NobackendCountElementEvents> {
  /** The library's chat, while the element is in the page. */
  readonly chat: Chat | null;
}

/** The attributes of an element, with those that every element has in JSX: `id`, `style`, `ref`, `children` and so on. */
type InJsx<Attributes> = Attributes & { [attribute: string]: unknown };

interface NobackendElementsInJsx {
  'nobackend-chat': InJsx<NobackendChatAttributes>;
  'nobackend-poll': InJsx<NobackendPollAttributes>;
  'nobackend-count': InJsx<NobackendCountAttributes>;
}

declare global {
  interface HTMLElementTagNameMap {
    'nobackend-chat': NobackendChatElement;
    'nobackend-poll': NobackendPollElement;
    'nobackend-count': NobackendCountElement;
  }
  /** React before 19, and others. */
  namespace JSX {
    interface IntrinsicElements extends NobackendElementsInJsx {}
  }
}

// @ts-ignore: only a page with React has this module
declare module 'react' {
  // biome-ignore lint/suspicious/noShadow: each library has its own JSX
  namespace JSX {
    interface IntrinsicElements extends NobackendElementsInJsx {}
  }
}

// @ts-ignore: only a page with Preact has this module
declare module 'preact' {
  // biome-ignore lint/suspicious/noShadow: each library has its own JSX
  namespace JSX {
    interface IntrinsicElements extends NobackendElementsInJsx {}
  }
}
