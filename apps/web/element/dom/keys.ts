/**
 * Hides from the page what the user types into the element. The page sees the element as the target and not a field, so
 * a game, or hotkeys that ignore only fields, would use the keys. The page still gets Tab, function keys, commands such
 * as Ctrl and K, and Escape when the element has no use for it.
 */

const KEY_EVENTS = ['keydown', 'keypress', 'keyup'] as const;
/** The other events of a field. Pages would think that they come from fields of their own. */
const FIELD_EVENTS = [
  'beforeinput',
  'input',
  'compositionstart',
  'compositionupdate',
  'compositionend',
  'copy',
  'cut',
  'paste',
];
const FIELD_KEYS = /^(.|Dead|Process|Unidentified|Enter|Backspace|Delete|Insert|Arrow\w+|Home|End|Page\w+)$/u;
const BUTTON_KEYS = /^(Enter| )$/;
const RADIO_KEYS = /^(Enter| |Arrow\w+)$/;
/** Letters that do something in a field together with Ctrl or Cmd: all, copy, cut, paste, undo, redo. */
const EDIT_LETTERS = /^[acvxyz]$/i;

/** Our elements. `/element.js` and `/widgets.js` may be on one page: the first one takes the keys for both. */
const OURS = /^nobackend-(chat|poll|count)$/;

type Field = HTMLInputElement | HTMLTextAreaElement;

/** Returns the node inside the element that an event comes from, or null if it comes from elsewhere. */
function targetInside(event: Event): HTMLElement | null {
  const [target] = event.composedPath() as HTMLElement[];
  const { host } = (target?.getRootNode ? target.getRootNode() : {}) as Partial<ShadowRoot>;
  return target && host && OURS.test(host.localName) ? target : null;
}

/** Returns whether the user can write text in it. */
function isField(target: HTMLElement): target is Field {
  return target.localName === 'textarea' || (target.localName === 'input' && (target as Field).selectionStart !== null);
}

function isForElement(target: HTMLElement, { key, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  const command = (ctrlKey || metaKey) && !altKey && key.length === 1 && !EDIT_LETTERS.test(key);
  const { type } = target as HTMLInputElement;
  if (isField(target) || /^(select-one|date)$/.test(type)) return !command && FIELD_KEYS.test(key);
  return (type === 'radio' ? RADIO_KEYS : BUTTON_KEYS).test(key) && /^(button|a|input)$/.test(target.localName);
}

/**
 * Returns a copy of the event for the element alone. It is not a KeyboardEvent: Firefox would show one to the page's
 * window too.
 */
function copyOf(event: KeyboardEvent): Event {
  const { key, code, location, ctrlKey, shiftKey, altKey, metaKey, repeat, isComposing, keyCode } = event;
  const copy = new Event(event.type, { bubbles: true, cancelable: true });
  return Object.assign(copy, { key, code, location, ctrlKey, shiftKey, altKey, metaKey, repeat, isComposing, keyCode });
}

/** Writes the letter of a key that a listener of the page used before us. */
function write(target: HTMLElement, { type, key, ctrlKey, metaKey }: KeyboardEvent): void {
  if (type !== 'keydown' || [...key].length !== 1 || ctrlKey || metaKey || !isField(target) || target.readOnly) return;
  target.setRangeText(key, target.selectionStart || 0, target.selectionEnd || 0, 'end');
  target.dispatchEvent(new Event('input', { bubbles: true }));
}

/** Keys that went down inside the element. A key that comes up inside may have gone down in a game. */
const pressed = new Set<string>();

function takeKey(event: KeyboardEvent): void {
  const target = targetInside(event);
  const isDown = event.type !== 'keyup';
  if (!target || !(isDown ? isForElement(target, event) : pressed.delete(event.code))) return;
  if (isDown) pressed.add(event.code);
  event.stopImmediatePropagation();
  const usedByPage = event.defaultPrevented;
  if (!target.dispatchEvent(copyOf(event))) event.preventDefault();
  else if (usedByPage) write(target, event);
}

const windows = new WeakSet<Window>();

/** Gets the keys of a window before its page does. Call it early: the listener that is added first is called first. */
export function takeKeys(view: Window): void {
  if (windows.has(view)) return;
  windows.add(view);
  for (const type of KEY_EVENTS) view.addEventListener(type, takeKey, true);
}

/** Keeps the other events of fields inside `root`. */
export function keepFieldEvents(root: ShadowRoot): void {
  const keep = (event: Event): void => {
    const target = targetInside(event);
    if (target && isField(target)) event.stopPropagation();
  };
  for (const type of FIELD_EVENTS) root.addEventListener(type, keep);
}
