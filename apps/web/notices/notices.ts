import type { ChatEvent } from '../../../shared/protocol/events.js';
import type { Notices, NoticesDelegate } from '../element/attention/attention.js';
import { isolated } from '../element/dom/sentence.js';
import { addStyle } from '../element/dom/style.js';
import { fill, textsFrom } from '../element/texts.js';
import { askUser, mayNotify, notify } from './desktop.js';
import { Menu } from './menu.js';
import css from './notices.css';
import { Sound } from './sound.js';
import { readChoices } from './stored.js';
import { NOTICES_ENGLISH, type NoticesTexts } from './texts.js';

/** Messages that come together lead to one notice. Meanwhile a tab in view has the time to see them. */
const GATHER_MS = 300;
/** One notice at most in this time, whatever is said in the room and however many tabs show it. */
const PAUSE_MS = 3_000;
const GESTURES = ['pointerdown', 'keydown'];

/** A message that the user has not been told of. */
interface Waiting {
  event: ChatEvent;
  /** It names the user, or is for the user only. */
  isUrgent: boolean;
}

const after = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Tells the user of messages by a sound and by desktop notices, while no tab with this chat is in view. */
export class PageNotices implements Notices {
  private readonly texts: NoticesTexts;
  private readonly page: Document;
  private readonly tag: string;
  private readonly sound = new Sound();
  private readonly menu: Menu;
  private readonly removeStyle: () => void;
  private waiting: Waiting | null = null;
  private isGathering = false;
  private quietUntil = 0;
  private shown: Notification | null = null;
  /** Ends the lock that says that this tab is in view. */
  private unlock: () => void = () => undefined;

  constructor(private readonly delegate: NoticesDelegate) {
    const { skeleton, chat } = delegate;
    this.texts = textsFrom(delegate.texts, NOTICES_ENGLISH);
    this.page = skeleton.root.ownerDocument;
    this.tag = `nobackend-chat ${chat.server} ${chat.room}`;
    this.removeStyle = addStyle(skeleton.root.getRootNode() as ShadowRoot, css);
    this.menu = new Menu(skeleton, this.texts, {
      allowSound: () => {
        this.sound.allow();
        this.sound.play();
      },
      allowDesktop: () => this.allowDesktop(),
    });
    for (const type of GESTURES) this.page.addEventListener(type, this.onGesture, true);
    this.page.addEventListener('visibilitychange', this.onVisibility);
    window.addEventListener('storage', this.onStorage);
    this.onVisibility();
  }

  heard(event: ChatEvent, isCalled: boolean): void {
    const { of, sound, desktop } = readChoices();
    const isUrgent = isCalled || event.private === true;
    if (!this.page.hidden || of === 'none' || (of === 'mentions' && !isUrgent)) return;
    if (!sound && !(desktop && mayNotify())) return;
    if (isUrgent || !this.waiting?.isUrgent) this.waiting = { event, isUrgent };
    if (!this.isGathering) void this.gather();
  }

  toggleMenu(): void {
    this.menu.toggle();
  }

  end(): void {
    for (const type of GESTURES) this.page.removeEventListener(type, this.onGesture, true);
    this.page.removeEventListener('visibilitychange', this.onVisibility);
    window.removeEventListener('storage', this.onStorage);
    this.waiting = null;
    this.unlock();
    this.sound.end();
    this.removeStyle();
  }

  private readonly onStorage = (): void => this.menu.update();

  private readonly onGesture = (event: Event): void => {
    if (readChoices().sound) this.sound.allow();
    if (event.type === 'pointerdown') this.menu.wentTo(event.composedPath()[0]);
  };

  /**
   * While this tab is in view, it holds a lock that all tabs can see. Where there are no locks, no tabs share a user.
   */
  private readonly onVisibility = (): void => {
    this.unlock();
    if (this.page.hidden) return;
    this.shown?.close();
    this.waiting = null;
    const held = new Promise<void>((resolve) => {
      this.unlock = resolve;
    });
    navigator.locks?.request(`${this.tag} in view`, { mode: 'shared' }, () => held).catch(() => undefined);
  };

  private async gather(): Promise<void> {
    this.isGathering = true;
    await after(Math.max(GATHER_MS, this.quietUntil - Date.now()));
    this.isGathering = false;
    const { waiting } = this;
    this.waiting = null;
    if (waiting && !(await this.isInView())) this.tellOnce(waiting.event);
  }

  private async isInView(): Promise<boolean> {
    if (!this.page.hidden) return true;
    const { held = [] } = (await navigator.locks?.query().catch(() => null)) || {};
    return held.some((lock) => lock.name === `${this.tag} in view`);
  }

  /** One of several tabs takes the lock, and tells the user. The others find it taken. */
  private tellOnce(event: ChatEvent): void {
    this.quietUntil = Date.now() + PAUSE_MS;
    const take = (lock: Lock | null): Promise<void> | undefined => {
      if (lock) this.tell(event);
      return lock ? after(PAUSE_MS - GATHER_MS) : undefined;
    };
    if (!navigator.locks) this.tell(event);
    else navigator.locks.request(this.tag, { ifAvailable: true }, take).catch(() => this.tell(event));
  }

  private tell(event: ChatEvent): void {
    const { sound, desktop } = readChoices();
    if (sound) this.sound.play();
    if (desktop && mayNotify()) this.notifyOf(event);
  }

  private notifyOf(event: ChatEvent): void {
    const { skeleton, chat, show } = this.delegate;
    const { noticePrivate, noticeFrom } = this.texts;
    const names = { name: isolated(event.from.name), room: `#${chat.room}` };
    const title = fill(event.private ? noticePrivate : noticeFrom, names);
    const shown = notify(title, event.text ?? skeleton.texts.sentData, this.tag);
    this.shown = shown;
    this.menu.update(); // the browser may have shown nothing
    if (!shown) return;
    shown.onclick = () => {
      window.focus();
      shown.close();
      show(event);
      const button = skeleton.root.parentNode?.querySelector<HTMLElement>('.launch'); // of a bubble
      if (skeleton.root.hidden) button?.click();
    };
  }

  private async allowDesktop(): Promise<void> {
    await askUser();
    if (mayNotify()) this.shown = notify(`#${this.delegate.chat.room}`, this.texts.noticesOn, this.tag);
  }
}
