/**
 * Keeps what is typed into the element from the page, for which its target is the element and not a field: a game, or
 * hotkeys that spare only fields, would take it. The page still gets Escape unless the element uses it, Tab, function
 * keys, and commands, as Ctrl and K.
 */

const KEYS = ['keydown', 'keypress', 'keyup'] as const;
/** What else a field tells of being written in, which pages take to be about fields of their own. */
const WRITING = [
  'beforeinput',
  'input',
  'compositionstart',
  'compositionupdate',
  'compositionend',
  'copy',
  'cut',
  'paste',
];
const WRITES = /^(.|Dead|Process|Unidentified|Enter|Backspace|Delete|Insert|Arrow\w+|Home|End|Page\w+)$/u;
const PRESSES = /^(Enter| )$/;
/** With Ctrl or Cmd, letters that do something in a field: all, copy, cut, paste, undo, redo. */
const EDITS = /^[acvxyz]$/i;

type Field = HTMLInputElement | HTMLTextAreaElement;

/** The inside of the element that an event comes from; null for one from elsewhere. */
function inside(event: Event): HTMLElement | null {
  const [target] = event.composedPath() as HTMLElement[];
  const { host } = (target && target.getRootNode ? target.getRootNode() : {}) as Partial<ShadowRoot>;
  return target && host && host.localName === 'nobackend-chat' ? target : null;
}

/** Whether text can be written in it. */
function isField(target: HTMLElement): target is Field {
  return target.localName === 'textarea' || (target.localName === 'input' && (target as Field).selectionStart !== null);
}

function isForElement(target: HTMLElement, { key, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  const command = (ctrlKey || metaKey) && !altKey && key.length === 1 && !EDITS.test(key);
  if (isField(target) || target.localName === 'select') return !command && WRITES.test(key);
  return PRESSES.test(key) && /^(button|a|input)$/.test(target.localName);
}

/** Returns the same event once more, for the element alone. It is no KeyboardEvent: Firefox would show that to the page's window too. */
function copyOf(event: KeyboardEvent): Event {
  const { key, code, location, ctrlKey, shiftKey, altKey, metaKey, repeat, isComposing, keyCode } = event;
  const copy = new Event(event.type, { bubbles: true, cancelable: true });
  return Object.assign(copy, { key, code, location, ctrlKey, shiftKey, altKey, metaKey, repeat, isComposing, keyCode });
}

/** A listener of the page came first and took the key: it is written all the same. */
function write(target: HTMLElement, { type, key, ctrlKey, metaKey }: KeyboardEvent): void {
  if (type !== 'keydown' || [...key].length !== 1 || ctrlKey || metaKey || !isField(target) || target.readOnly) return;
  target.setRangeText(key, target.selectionStart || 0, target.selectionEnd || 0, 'end');
  target.dispatchEvent(new Event('input', { bubbles: true }));
}

/** Keys that went down inside. One that comes up inside may have gone down in a game. */
const down = new Set<string>();

function take(event: KeyboardEvent): void {
  const target = inside(event);
  const isDown = event.type !== 'keyup';
  if (!target || !(isDown ? isForElement(target, event) : down.delete(event.code))) return;
  if (isDown) down.add(event.code);
  event.stopImmediatePropagation();
  const taken = event.defaultPrevented;
  if (!target.dispatchEvent(copyOf(event))) event.preventDefault();
  else if (taken) write(target, event);
}

const views = new WeakSet<Window>();

/** Takes the keys of a window before its page gets them. The sooner the better: the listener made first comes first. */
export function takeKeys(view: Window): void {
  if (views.has(view)) return;
  views.add(view);
  for (const type of KEYS) view.addEventListener(type, take, true);
}

/** Keeps the other events of writing inside `root`. */
export function keepWriting(root: ShadowRoot): void {
  const keep = (event: Event): void => {
    const target = inside(event);
    if (target && isField(target)) event.stopPropagation();
  };
  for (const type of WRITING) root.addEventListener(type, keep);
}
