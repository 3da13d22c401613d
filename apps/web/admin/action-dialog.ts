/** The dialog that asks which action to take, takes it, and shows the outcome. */
import type {
  AddressLookupReply,
  OperatorActionReply,
  OperatorActionRequest,
  SwitchedOff,
} from '../../../shared/protocol/admin.js';
import { addressOf, byId, copyOnClick, select } from '../pages/page.js';
import { ask } from './ask.js';
import { make } from './dom.js';
import { shortly } from './lists.js';

type Kind = SwitchedOff['kind'];

interface Choice {
  request: Omit<OperatorActionRequest, 'on' | 'name'>;
  label: string;
  effect: string;
}

const SILENCE = 'The server did not answer. Look at the list of actions before you try again.';
const DAY_S = 86_400;
const BAN_DAYS = [1, 7, 90];

function banForDays(days: number, words: string): Choice {
  return {
    request: { act: 'network_off', seconds: days * DAY_S },
    label: `Ban for ${words}`,
    effect:
      'Nobody behind an address of this network can use the chat. The list keeps the network in clear until then.',
  };
}

/** `on`: while it is on. `off`: while it is off. */
const CHOICES: Record<Kind, { on: Choice[]; off: Choice[]; always: Choice[] }> = {
  room: {
    on: [
      {
        request: { act: 'room_off' },
        label: 'Switch the room off',
        effect: 'Nobody can enter it or write there, not even its owner, until you switch it on.',
      },
    ],
    off: [
      {
        request: { act: 'room_on' },
        label: 'Switch the room on',
        effect: 'Everybody can enter and write again, if its rules allow it.',
      },
    ],
    always: [
      {
        request: { act: 'clear' },
        label: 'Clear the room',
        effect: 'Deletes all its messages and values. You cannot undo this.',
      },
      {
        request: { act: 'own' },
        label: 'Make an owner link',
        effect: 'Anyone who opens the link owns the room. The former owner loses it.',
      },
      {
        request: { act: 'stay_end' },
        label: 'End its stay',
        effect:
          'When it is empty, it ends after ROOM_TTL, a day by default. Its owner’s next visit lets it stay again.',
      },
      {
        request: { act: 'erase' },
        label: 'Remove a person’s messages',
        effect: 'Deletes all that the person has written in this room, for everybody. You cannot undo this.',
      },
    ],
  },
  origin: {
    on: [
      {
        request: { act: 'origin_off' },
        label: 'Switch the origin off',
        effect: 'Requests of its pages are refused. Open polls end within a minute.',
      },
    ],
    off: [
      { request: { act: 'origin_on' }, label: 'Switch the origin on', effect: 'Its pages can use this chat again.' },
    ],
    always: [],
  },
  address: {
    on: [
      {
        request: { act: 'address_off', seconds: 3_600 },
        label: 'Ban for an hour',
        effect: 'Nobody behind this address can use the chat. Open polls end within a minute.',
      },
      {
        request: { act: 'address_off', seconds: 86_400 },
        label: 'Ban for a day',
        effect:
          'The same for a day. After that, the hash of the address is another one. For longer, ban it as a network.',
      },
    ],
    off: [
      {
        request: { act: 'address_on' },
        label: 'Lift the ban',
        effect: 'People behind this address can use the chat again.',
      },
    ],
    always: [],
  },
  network: {
    on: BAN_DAYS.map((days) => banForDays(days, days === 1 ? 'a day' : `${days} days`)),
    off: [
      {
        request: { act: 'network_on' },
        label: 'Lift the ban',
        effect: 'People behind addresses of this network can use the chat again.',
      },
    ],
    always: [],
  },
  word: {
    on: [
      {
        request: { act: 'word_off' },
        label: 'Mask the word',
        effect: 'New messages and values show dots in its place, in all rooms, for owners too.',
      },
    ],
    off: [{ request: { act: 'word_on' }, label: 'Allow the word', effect: 'New messages show it again.' }],
    always: [],
  },
  link: {
    on: [
      {
        request: { act: 'link_off' },
        label: 'Refuse such links',
        effect: 'Messages and values with a link to this host are refused in all rooms. The host * stands for all.',
      },
    ],
    off: [{ request: { act: 'link_on' }, label: 'Allow such links', effect: 'New messages may have them again.' }],
    always: [],
  },
};

/** Kinds that the server looks up before anything is offered. */
const LOOKED_UP: Kind[] = ['address', 'network'];

export class ActionDialog {
  private readonly dialog = byId('ask', HTMLDialogElement);
  private readonly choices = byId('ask-choices', HTMLElement);
  private readonly outcome = byId('ask-said', HTMLElement);
  private readonly link = byId('ask-link', HTMLElement);
  private readonly nameLine = byId('ask-name-line', HTMLElement);
  private readonly person = byId('ask-name', HTMLInputElement);
  private readonly button = byId('ask-do', HTMLButtonElement);
  private readonly copy: HTMLButtonElement;
  private kind: Kind = 'room';
  private target = '';
  private isOff = false;
  /** Counts openings. A late answer must not change what the dialog is about. */
  private turn = 0;

  /** Asks `readIsOff` whether something is off. Calls `acted` after an action. */
  constructor(
    private readonly readIsOff: (kind: Kind, target: string) => boolean,
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
    this.choices.addEventListener('change', () => {
      this.update();
      this.button.scrollIntoView({ block: 'nearest' }); // the field for a name may be below what a phone shows
    });
  }

  /** Opens the dialog. Looks an address up first, and offers no action on a wrong one. */
  async open(kind: Kind, target: string): Promise<void> {
    const turn = ++this.turn;
    const known = LOOKED_UP.includes(kind)
      ? await ask<AddressLookupReply>('/admin/address', SILENCE, { on: target, kind })
      : null;
    if (turn !== this.turn || this.dialog.open) return;
    this.kind = kind;
    this.target = target;
    this.isOff = known?.ok ? known.off : this.readIsOff(kind, target);
    byId('ask-title', HTMLElement).textContent =
      `${kind[0]?.toUpperCase() ?? ''}${kind.slice(1)} ${shortly(kind, target)}`;
    const offered = known && !known.ok ? [] : this.offered();
    this.choices.replaceChildren(...offered.map((choice, i) => choiceOf(choice, i)));
    this.show(known ? lookupText(kind, known) : '', '');
    this.person.value = '';
    this.update();
    this.dialog.showModal();
  }

  private offered(): Choice[] {
    const { on, off, always } = CHOICES[this.kind];
    return [...(this.isOff ? off : on), ...always];
  }

  private chosen(): Choice | undefined {
    const inputs = Array.from(this.choices.querySelectorAll('input'));
    return this.offered()[inputs.findIndex(({ checked }) => checked)];
  }

  private update(): void {
    this.button.textContent = this.chosen()?.label ?? '';
    this.button.hidden = !this.chosen();
    this.nameLine.hidden = this.chosen()?.request.act !== 'erase';
  }

  private show(outcome: string, link: string): void {
    this.outcome.textContent = outcome;
    this.link.textContent = link;
    this.link.hidden = this.copy.hidden = !link;
    this.finish(link !== '');
  }

  /** Leaves only the outcome, and a button that closes the dialog; or begins anew. */
  private finish(isDone: boolean): void {
    this.button.hidden = this.choices.hidden = isDone;
    if (isDone) this.nameLine.hidden = true;
    byId('ask-close', HTMLButtonElement).textContent = isDone ? 'Close' : 'Cancel';
  }

  private async act(): Promise<void> {
    const choice = this.chosen();
    if (!choice) return;
    this.button.disabled = true;
    const erases = choice.request.act === 'erase';
    const request = { ...choice.request, on: this.target, ...(erases && { name: this.person.value.trim() }) };
    const reply = await ask<OperatorActionReply>('/admin/act', SILENCE, request);
    this.button.disabled = false;
    if (!reply.ok) return this.show(reply.message, '');
    this.acted();
    if (erases) {
      this.show(erasedText(reply), '');
      this.finish(Boolean(reply.users));
      this.outcome.scrollIntoView({ block: 'nearest' });
    } else if (reply.owner === undefined) this.dialog.close();
    else
      this.show(
        'This link is shown only once. Anyone who has it owns the room.',
        `${addressOf(this.target)}#owner=${reply.owner}`,
      );
  }
}

function choiceOf({ label, effect }: Choice, i: number): HTMLElement {
  const input = make('input');
  input.type = 'radio';
  input.name = 'act';
  input.checked = i === 0;
  return make('label', 'choice', input, make('span', '', make('b', '', label), make('span', '', effect)));
}

function erasedText({ users = 0, more = false }: { users?: number; more?: boolean }): string {
  if (users === 0) return 'Nobody of this name has written anything here that is still there.';
  const who = users === 1 ? 'one user' : `${users} users`;
  return `The messages of ${who} of this name are removed.${more ? ' There are more: do it again.' : ''}`;
}

function lookupText(kind: Kind, reply: AddressLookupReply): string {
  if (!reply.ok) return reply.message;
  if (reply.own) return kind === 'network' ? 'Your own address is in this network.' : 'This is your own address.';
  return reply.busy || kind === 'network'
    ? ''
    : 'It is not among the busiest addresses now. Check that it is the right one.';
}
