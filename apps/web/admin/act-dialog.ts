/** The dialog that asks before an act, and says what came of it. */
import type {
  AddressLookupReply,
  OperatorActionReply,
  OperatorActionRequest,
  SwitchedOff,
} from '../../../shared/protocol/admin.js';
import { addressOf, byId, copyOnClick, select, server } from '../pages/page.js';
import { make } from './dom.js';
import { shortly } from './lists.js';

type Kind = SwitchedOff['kind'];

interface Choice {
  request: Omit<OperatorActionRequest, 'on'>;
  label: string;
  says: string;
}

const CHOICES: Record<Kind, { on: Choice[]; off: Choice[]; always: Choice[] }> = {
  room: {
    on: [
      {
        request: { act: 'room_off' },
        label: 'Switch the room off',
        says: 'Nobody enters or speaks there, its owner neither, until you switch it on.',
      },
    ],
    off: [
      {
        request: { act: 'room_on' },
        label: 'Switch the room on',
        says: 'Everybody may enter and speak again, as its rules say.',
      },
    ],
    always: [
      { request: { act: 'clear' }, label: 'Clear the room', says: 'All its messages and values go, for good.' },
      {
        request: { act: 'own' },
        label: "Make an owner's link",
        says: 'Who opens it owns the room. A former owner owns it no more.',
      },
    ],
  },
  origin: {
    on: [
      {
        request: { act: 'origin_off' },
        label: 'Switch the origin off',
        says: 'Its pages are refused. Polls they hold run out within a minute.',
      },
    ],
    off: [{ request: { act: 'origin_on' }, label: 'Switch the origin on', says: 'Its pages may use this chat again.' }],
    always: [],
  },
  address: {
    on: [
      {
        request: { act: 'address_off', seconds: 3_600 },
        label: 'Ban for an hour',
        says: 'Nobody behind this address can use the chat. Polls it holds run out within a minute.',
      },
      {
        request: { act: 'address_off', seconds: 86_400 },
        label: 'Ban for a day',
        says: 'The same, as long as its hash is known.',
      },
    ],
    off: [
      {
        request: { act: 'address_on' },
        label: 'Lift the ban',
        says: 'Who is behind this address may use the chat again.',
      },
    ],
    always: [],
  },
};

export class ActDialog {
  private readonly dialog = byId('ask', HTMLDialogElement);
  private readonly choices = byId('ask-choices', HTMLElement);
  private readonly said = byId('ask-said', HTMLElement);
  private readonly link = byId('ask-link', HTMLElement);
  private readonly button = byId('ask-do', HTMLButtonElement);
  private readonly copy: HTMLButtonElement;
  private kind: Kind = 'room';
  private name = '';
  private off = false;
  /** Counts what is opened: an answer that comes late must not change what the dialog is about. */
  private turn = 0;

  /** `acted` is called after an act. `isOff` says whether something is off. */
  constructor(
    private readonly isOff: (kind: Kind, name: string) => boolean,
    private readonly acted: () => void,
  ) {
    this.copy = make('button', 'button', 'Copy the link');
    this.copy.type = 'button';
    this.button.after(this.copy);
    copyOnClick(
      this.copy,
      () => this.link.textContent ?? '',
      () => select(this.link),
    );
    this.button.addEventListener('click', () => void this.act());
    this.choices.addEventListener('change', () => this.update());
  }

  /** An address is looked at first: of a wrong one nothing is offered. */
  async open(kind: Kind, name: string): Promise<void> {
    const turn = ++this.turn;
    const known = kind === 'address' ? await post<AddressLookupReply>('/admin/address', { on: name }) : null;
    if (turn !== this.turn || this.dialog.open) return;
    [this.kind, this.name, this.off] = [kind, name, known && known.ok ? known.off : this.isOff(kind, name)];
    byId('ask-title', HTMLElement).textContent =
      `${kind[0]?.toUpperCase() ?? ''}${kind.slice(1)} ${shortly(kind, name)}`;
    this.choices.replaceChildren(...(known && !known.ok ? [] : this.offered()).map((choice, i) => choiceOf(choice, i)));
    this.show(known ? saidOf(known) : '', '');
    this.update();
    this.dialog.showModal();
  }

  private offered(): Choice[] {
    const { on, off, always } = CHOICES[this.kind];
    return [...(this.off ? off : on), ...always];
  }

  private chosen(): Choice | undefined {
    const inputs = Array.from(this.choices.querySelectorAll('input'));
    return this.offered()[inputs.findIndex(({ checked }) => checked)];
  }

  private update(): void {
    this.button.textContent = this.chosen()?.label ?? '';
    this.button.hidden = !this.chosen();
  }

  private show(said: string, link: string): void {
    this.said.textContent = said;
    this.link.textContent = link;
    this.link.hidden = this.copy.hidden = !link;
    this.button.hidden = this.choices.hidden = Boolean(link);
    byId('ask-close', HTMLButtonElement).textContent = link ? 'Close' : 'Cancel';
  }

  private async act(): Promise<void> {
    const choice = this.chosen();
    if (!choice) return;
    this.button.disabled = true;
    const reply = await post<OperatorActionReply>('/admin/act', { ...choice.request, on: this.name });
    this.button.disabled = false;
    if (!reply.ok) return this.show(reply.message, '');
    this.acted();
    if (reply.owner === undefined) this.dialog.close();
    else this.show('Shown once. Whoever has it owns the room.', `${addressOf(this.name)}#owner=${reply.owner}`);
  }
}

function choiceOf({ label, says }: Choice, i: number): HTMLElement {
  const input = make('input');
  input.type = 'radio';
  input.name = 'act';
  input.checked = i === 0;
  return make('label', 'choice', input, make('span', '', make('b', '', label), make('span', '', says)));
}

function saidOf(reply: AddressLookupReply): string {
  if (!reply.ok) return reply.message;
  if (reply.own) return 'This is your own address.';
  return reply.busy ? '' : 'It is not among the busiest addresses now: is it the right one?';
}

/** Never rejects. */
async function post<Reply>(
  path: string,
  body: OperatorActionRequest | { on: string },
): Promise<Reply | { ok: false; message: string }> {
  try {
    const response = await fetch(`${server}${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    return (await response.json()) as Reply;
  } catch (_) {
    return { ok: false, message: 'The server did not answer. Look at the list of what was done before you try again.' };
  }
}
