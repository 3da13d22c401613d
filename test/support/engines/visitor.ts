/** A visitor's tab: what is seen and done on a page, through shadow roots, in any engine. */
import { until } from '../until.js';
import type { Driver, Session } from './engine.js';

/** ms for what a page should show: much, since three browsers may share two cores with other tests. */
const PATIENCE_MS = 30_000;
/** ms between two looks at a page, each of which costs three browsers more than a test's own. */
const LOOK_MS = 100;

/**
 * Returns all elements of a selector that can be seen, those in shadow roots too;
 * with a text, only those that have just that text or label.
 */
const FIND = `function (selector, text) {
  const inShadow = (one) => one.shadowRoot ? all(one.shadowRoot) : [];
  const all = (root) => [...root.querySelectorAll(selector), ...[...root.querySelectorAll('*')].flatMap(inShadow)];
  const says = (one) => [one.textContent.trim(), one.getAttribute('aria-label')].includes(text);
  return all(document).filter((one) => one.getClientRects().length > 0 && (text === null || says(one)));
}`;

/** ms for a click to come to the page, in a browser that shares two cores with two others. */
const CLICK_MS = 5_000;
/**
 * Returns the middle of the first element of `all`, null when it cannot be clicked. Until the next click has come,
 * that element alone can be clicked: the page may move while the mouse does. `window.aimed` says whether it was.
 */
const AIM = `((target) => {
  if (!target || target.disabled) return null;
  const kinds = ['pointerdown', 'mousedown', 'pointerup', 'mouseup', 'click'];
  window.aimed = new Promise((resolve) => {
    const end = (isHit) => {
      for (const kind of kinds) removeEventListener(kind, watch, true);
      resolve(isHit);
    };
    const watch = (event) => {
      const isHit = event.composedPath().includes(target);
      if (!isHit) event.preventDefault();
      if (!isHit) event.stopImmediatePropagation();
      if (event.type === 'click') end(isHit);
    };
    for (const kind of kinds) addEventListener(kind, watch, true);
    setTimeout(end, ${CLICK_MS}, false);
  });
  target.scrollIntoView({ block: 'center', behavior: 'instant' });
  const { x, y, width, height } = target.getBoundingClientRect();
  return [x + width / 2, y + height / 2];
})(all[0])`;

/** A person's browser, kept from walk to walk: to start one takes longer than to walk. */
export class Person {
  #tabs: Driver[] = [];
  #used = 0;

  constructor(readonly session: Session) {}

  /** Opens an address in one more tab. */
  async visit(address: string): Promise<Visitor> {
    const tab = this.#tabs[this.#used] ?? (await this.session.tab());
    this.#tabs[this.#used] = tab;
    this.#used += 1;
    await tab.go(address);
    return new Visitor(tab);
  }

  /** Leaves all pages, and closes all tabs but the first, with which the session would end. */
  async leave(): Promise<void> {
    const [first, ...others] = this.#tabs;
    for (const tab of others) await tab.close();
    await first?.go('about:blank');
    this.#tabs = first ? [first] : [];
    this.#used = 0;
  }
}

export class Visitor {
  constructor(readonly driver: Driver) {}

  /** Runs a function in the page and returns its value; what it uses comes as arguments. */
  async evaluate<Values extends unknown[], Result>(
    run: (...values: Values) => Result,
    ...values: Values
  ): Promise<Awaited<Result>> {
    return (await this.driver.run(`(${String(run)})(...${JSON.stringify(values)})`)) as Awaited<Result>;
  }

  /** Returns the texts of what can be seen of a selector. */
  async texts(selector: string): Promise<string[]> {
    return (await this.#found(selector, null, 'all.map((one) => one.textContent.trim())')) as string[];
  }

  /** Resolves when something of the selector has a text in it. */
  async sees(selector: string, text: string): Promise<void> {
    const isThere = async (): Promise<boolean> => (await this.texts(selector)).some((one) => one.includes(text));
    await until(isThere, `${selector} with ${text}`, PATIENCE_MS, LOOK_MS);
  }

  /** Clicks what has a text or label; again when it has moved away from under the mouse. */
  async click(selector: string, text: string | null = null): Promise<void> {
    const isClicked = async (): Promise<boolean> => {
      const place = (await this.#found(selector, text, AIM)) as [x: number, y: number] | null;
      if (place === null) return false;
      await this.driver.clickAt(...place);
      return (await this.driver.run('window.aimed')) as boolean;
    };
    await until(isClicked, `${selector} ${text ?? ''} to be clicked`, PATIENCE_MS, LOOK_MS);
  }

  /** Types into a field, after what is in it, and ends with Enter. */
  async enter(selector: string, text: string): Promise<void> {
    await this.click(selector);
    await this.driver.type(text);
    await this.driver.press('Enter');
  }

  /** Runs an expression on `all` that is found. */
  #found(selector: string, text: string | null, expression: string): Promise<unknown> {
    return this.driver.run(`((all) => ${expression})((${FIND})(${JSON.stringify(selector)}, ${JSON.stringify(text)}))`);
  }
}
