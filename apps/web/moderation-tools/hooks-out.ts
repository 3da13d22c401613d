import type { Audit, HookShape, OutgoingHook } from '../../../shared/protocol/events.js';
import type { Answers } from '../client/answers.js';
import type { ChatFailure } from '../client/api.js';
import { h, refill } from '../element/dom/dom.js';
import { denialText } from '../element/status/denials.js';
import { fill } from '../element/texts.js';
import { dayOf, dayText, numberText, timeText } from '../element/times.js';
import type { Actions } from './actions.js';
import { actionButton, box, describedBy, type Section } from './section.js';

/** The services by name. A server of one's own has its name in the language of the page. */
const SERVICES: [HookShape, string][] = [
  ['discord', 'Discord'],
  ['slack', 'Slack'],
  ['telegram', 'Telegram'],
  ['ntfy', 'ntfy'],
];

/** The outgoing hooks: adds and removes them, and shows how they do. Only for owners, where the host allows hooks. */
export class HooksOut implements Section {
  readonly element: HTMLElement;
  private readonly list = h('ul', { class: 'hooks' });
  private readonly shape = h('select', {});
  private readonly url = h('input', {
    type: 'url',
    class: 'link',
    dir: 'ltr',
    autocomplete: 'off',
    spellcheck: 'false',
  });
  private readonly form: HTMLElement;
  private readonly secret = h('p', { class: 'hint hook-secret', role: 'status' });
  private readonly problem = h('p', { class: 'problem', role: 'alert' });
  /** The content of the list. It is made anew only when that changes, so that the focus stays where it is. */
  private shown = '';

  constructor(private readonly actions: Actions) {
    const { texts } = actions;
    const services: [HookShape, string][] = [...SERVICES, ['json', texts.hookOwnServer]];
    refill(this.shape, ...services.map(([value, name]) => h('option', { value }, name)));
    const add = actionButton(texts.hookAdd, '', () => this.add());
    this.form = h(
      'div',
      {},
      h('label', { class: 'hook-field' }, h('span', { class: 'row-name' }, texts.hookService), this.shape),
      h('label', { class: 'hook-field' }, h('span', { class: 'row-name' }, texts.hookUrl), this.url),
      h('div', { class: 'acts' }, add),
    );
    this.url.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && !event.isComposing) add.click();
    });
    const hint = h('p', { class: 'hint' }, texts.hooksOutHint);
    this.element = box(texts.hooksOut, hint, this.list, this.form, this.secret, this.problem);
    this.element.hidden = true; // until it is known whose room it is
  }

  async update(_audit: Audit): Promise<void> {
    if (!this.actions.isOwner) this.element.hidden = true;
    // a server of a former version has no hooks
    else this.show(await this.actions.call('hooks').catch(() => ({ hooks: [], allowed: false })));
  }

  private show({ hooks, allowed }: Answers['hooks']): void {
    this.element.hidden = !allowed && hooks.length === 0;
    this.form.hidden = !allowed;
    const shown = JSON.stringify(hooks);
    if (shown === this.shown) return;
    this.shown = shown;
    refill(this.list, ...hooks.map((hook) => this.row(hook)));
  }

  private row(hook: OutgoingHook): HTMLElement {
    const { texts } = this.actions;
    const service = SERVICES.find(([shape]) => shape === hook.shape)?.[1] || 'JSON';
    const set = (on: boolean) => this.run(() => this.actions.call('hook', { id: hook.id, on }));
    const name = h('p', { class: 'row-name', id: `hook-${hook.id}` }, `${service} · ${hook.host}`);
    const button = (label: string, kind: string, on: boolean) =>
      describedBy(
        name,
        actionButton(label, kind, () => set(on)),
      );
    return h(
      'li',
      {},
      name,
      h('p', { class: 'hint' }, this.stateOf(hook)),
      hook.error ? h('p', { class: 'problem', lang: 'en', dir: 'ltr' }, hook.error.message) : '',
      h(
        'div',
        { class: 'acts' },
        hook.ended ? button(texts.hookResume, '', true) : '',
        button(texts.remove, 'secondary', false),
      ),
    );
  }

  private stateOf({ sentAt, missed, ended }: OutgoingHook): string {
    const { texts, elementTexts, delegate } = this.actions;
    const { now } = delegate.clock;
    const day = sentAt && dayOf(sentAt) !== dayOf(now) ? `${dayText(sentAt, now, elementTexts)} ` : '';
    const sentences = [
      ended && texts.hookEnded,
      sentAt && fill(texts.hookSent, { time: `${day}${timeText(sentAt, elementTexts)}` }),
      missed && fill(texts.hookMissed, { n: numberText(missed, elementTexts) }),
    ];
    return sentences.filter((one) => one).join(' · ');
  }

  private async add(): Promise<void> {
    const { texts } = this.actions;
    const values = { url: this.url.value.trim(), shape: this.shape.value };
    if (!values.url) return this.url.focus();
    await this.run(async () => {
      const { secret } = await this.actions.call('hook', values);
      this.url.value = '';
      this.secret.textContent = secret ? fill(texts.hookSecret, { secret }) : '';
    });
  }

  /** Does something to the hooks, and shows why not. */
  private async run(act: () => Promise<unknown>): Promise<void> {
    this.problem.textContent = this.secret.textContent = '';
    try {
      await act();
      this.actions.onAction();
    } catch (thrown) {
      this.problem.textContent = denialText(thrown as ChatFailure, this.actions.elementTexts);
    }
  }
}
