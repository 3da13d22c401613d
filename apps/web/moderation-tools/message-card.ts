import type { HeldMessage, ReportedMessage } from '../../../shared/protocol/events.js';
import { append, avatar, h, remove } from '../element/dom/dom.js';
import { timeText } from '../element/times.js';
import type { Actions } from './actions.js';
import { actionButton, focusAfter, removeItem } from './section.js';

/** A button of a card, and its action. */
interface Choice {
  label: string;
  kind: string;
  operation: 'approve' | 'reject' | 'remove';
}

/** Makes the card of a message that somebody must decide about. `hint` stands beside its author. */
export function messageCard(
  actions: Actions,
  { id, from, at, text, data, was }: HeldMessage & Pick<ReportedMessage, 'was'>,
  choices: Choice[],
  hint: Node | null = null,
): HTMLLIElement {
  const problem = h('p', { class: 'problem', role: 'alert' });
  const decide = (operation: Choice['operation']) => async (): Promise<void> => {
    problem.textContent = await actions.run(operation, { id });
    if (!problem.textContent) removeItem(item);
    if (problem.textContent !== actions.texts.decided) return;
    focusAfter(item, buttons); // the card goes when the panel is read again
    remove(buttons);
  };
  const head = h('div', { class: 'card-head' }, avatar(from.id, from.name), h('bdi', { class: 'who' }, from.name));
  append(head, hint, h('time', {}, timeText(at, actions.elementTexts)));
  const buttons = h(
    'div',
    { class: 'acts' },
    ...choices.map(({ label, kind, operation }) => actionButton(label, kind, decide(operation))),
  );
  const said = h('p', { class: 'text', dir: 'auto' }, text === undefined ? JSON.stringify(data) : text);
  const former = was === undefined ? null : h('p', { class: 'text' }, h('del', { dir: 'auto' }, was));
  const item = h('li', { class: 'card', 'data-id': id }, head, former, said, buttons, problem);
  return item;
}
