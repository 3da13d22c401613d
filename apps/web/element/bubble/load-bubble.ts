import type { Chat } from '../../client/api.js';
import { registry } from '../../client/registry.js';
import { addStyle } from '../dom/style.js';
import { runScript, type Scripts } from '../language/load.js';
import type { Skeleton } from '../skeleton.js';

/** The chat as a round button in a corner of the window, which opens and closes it. */
export interface Bubble {
  /** Has the button and the chat. */
  readonly root: HTMLElement;
  readonly isOpen: boolean;
  /** Puts the bubble above everything in the page, whatever it is in. Call it when the bubble is in the page. */
  show(): void;
  end(): void;
}

/**
 * The part of the registry that `/bubble.js` fills. The key must change whenever `MakeBubble` does: an open page may
 * load the script of a newer server, and must not call it then.
 */
export interface BubbleRegistry {
  bubble?: MakeBubble;
}

type MakeBubble = (host: HTMLElement, skeleton: Skeleton, chat: Chat, isOpen: boolean) => Bubble;

const isWanted = (host: HTMLElement): boolean => host.getAttribute('mode') === 'bubble';

/** Returns what makes the bubble of an element. Undefined if the page wants none, or the code is not there. */
export function bubbleOf(host: HTMLElement): MakeBubble | undefined {
  return isWanted(host) ? (registry() as BubbleRegistry).bubble : undefined;
}

/** Loads the code. Resolves also if that fails. Returns undefined if there is nothing to load. */
export function loadBubble(host: HTMLElement, scripts: Scripts): Promise<void> | undefined {
  return isWanted(host) && !bubbleOf(host) ? runScript(scripts, 'bubble.js') : undefined;
}

/** Keeps a bubble whose code is not there yet out of the page. Returns a function that ends this. */
export function hideBubble({ shadowRoot }: HTMLElement): () => void {
  return addStyle(shadowRoot as ShadowRoot, ':host([mode="bubble"]) { display: none; }');
}
