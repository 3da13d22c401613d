import { isSeen } from '../../../shared/protocol/letters.js';
import { TEXT_MAX } from '../../../shared/protocol/limits.js';
import type { Conversation } from './conversations/conversation.js';
import { counted } from './counts.js';
import { isKey, onEscape } from './dom/dom.js';
import { isolated } from './dom/sentence.js';
import type { RoleState } from './moderation/role-state.js';
import type { RoomMembers } from './people/room-members.js';
import type { Skeleton } from './skeleton.js';
import { fill, type Texts } from './texts.js';
import { numberText } from './times.js';

/** The composer shows how many characters are left when there are this many or fewer. */
const COUNTED_MAX = 200;

export interface ComposerDelegate {
  send(text: string): void;
  /** The user has pressed Escape. Returns false if there is nothing to end. */
  escape(): boolean;
  /** The user wants to edit the last own message. */
  editLast(): void;
  /** The user has typed something. */
  typing(): void;
  /** Runs `act`, which changes the height of the input box and so the height of the log. */
  resize(act: () => void): void;
}

/** The input box: Enter sends, Shift and Enter begins a new line. */
export class Composer {
  constructor(
    private readonly skeleton: Skeleton,
    private readonly delegate: ComposerDelegate,
  ) {
    const { form, input } = skeleton.composer;
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.submit();
    });
    input.addEventListener('keydown', (event) => this.onKey(event));
    onEscape(input, () => delegate.escape());
    input.addEventListener('input', () => {
      this.measure();
      if (input.value.trim()) delegate.typing();
    });
  }

  update(placeholder: string, enabled: boolean): void {
    const { input, send } = this.skeleton.composer;
    input.placeholder = placeholder;
    input.disabled = send.disabled = !enabled;
  }

  /** Puts a text into the box. */
  write(text: string): void {
    this.skeleton.composer.input.value = text;
    this.measure();
  }

  focus(): void {
    this.skeleton.composer.input.focus();
  }

  private onKey(event: KeyboardEvent): void {
    if (isKey(event, 'ArrowUp') && !this.skeleton.composer.input.value) {
      event.preventDefault();
      this.delegate.editLast();
    }
    if (!isKey(event, 'Enter') || event.shiftKey) return;
    event.preventDefault();
    this.submit();
  }

  /** Sends what is in the box. */
  submit(): void {
    const { input } = this.skeleton.composer;
    const text = input.value.trim();
    if (!isSeen(text) || this.excess() > 0 || input.disabled) return;
    input.value = '';
    this.measure();
    input.focus();
    this.delegate.send(text);
  }

  /** Returns how many characters the text is too long. A negative number of characters is still free. */
  private excess(): number {
    return [...this.skeleton.composer.input.value.trim()].length - TEXT_MAX;
  }

  /** Makes the box as high as its text. It is low for a moment, so that it can become lower. */
  private fit(): void {
    const { input } = this.skeleton.composer;
    input.style.height = 'auto';
    input.style.height = `${input.scrollHeight}px`;
  }

  private measure(): void {
    const { texts } = this.skeleton;
    const { input, counter, form } = this.skeleton.composer;
    const excess = this.excess();
    this.delegate.resize(() => this.fit());
    counter.textContent =
      excess > 0 ? counted(texts.tooLong, excess, texts) : excess > -COUNTED_MAX ? numberText(-excess, texts) : '';
    form.classList.toggle('over', excess > 0);
    input.setAttribute('aria-invalid', String(excess > 0));
  }
}

/** The texts that stand in the composer while the user cannot write. */
const BLOCK_TEXTS = { off: 'offNow', closed: 'closedNow', read_only: 'readOnlyNow' } as const;

/** Returns the placeholder of the composer, and whether the user can write in the open conversation. */
export function composerState(
  { partner }: Conversation,
  members: RoomMembers,
  roleState: RoleState,
  texts: Texts,
  blocked: readonly number[],
): { placeholder: string; enabled: boolean } {
  const { writeBlock, isHeld } = roleState;
  if (!partner) {
    const free = isHeld ? texts.placeholderHeld : texts.placeholder;
    return { placeholder: writeBlock ? texts[BLOCK_TEXTS[writeBlock]] : free, enabled: !writeBlock };
  }
  const name = isolated(partner.name);
  if (blocked.includes(partner.id)) return { placeholder: fill(texts.youBlock, { name }), enabled: false };
  if (!roleState.mayWriteTo(partner.id)) return { placeholder: texts.noPrivate, enabled: false };
  const enabled = members.has(partner.id);
  const placeholder = enabled ? fill(texts.placeholderPrivate, { name }) : `${name} ${texts.gone}`;
  return { placeholder, enabled };
}
