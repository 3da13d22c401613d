import type { Chat } from '../client/api.js';
import { counted } from '../element/counts.js';
import { append, h, refill } from '../element/dom/dom.js';
import { fill, type Locale } from '../element/texts.js';
import { localeOf, numberText } from '../element/times.js';
import { Ballot } from './ballot.js';
import { Widget } from './widget.js';

interface Option {
  /** The last part of its key. */
  value: string;
  text: string;
}

/** An option as it is shown. */
interface Row extends Option {
  row: HTMLElement;
  radio: HTMLInputElement;
  bar: HTMLElement;
  result: HTMLElement;
}

/** Returns a short word for a text. The same text has the same word everywhere. */
function digest(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x1000193);
  return (hash >>> 0).toString(36);
}

/** Returns a share of 1 in percent. */
function percentText(share: number, texts: Locale): string {
  try {
    return share.toLocaleString(localeOf(texts), { style: 'percent' });
  } catch (_) {
    return `${Math.round(100 * share)} %`; // the page gave an unknown locale
  }
}

const textOf = (node: Node): string => (node.textContent || '').replace(/\s+/g, ' ').trim();

/** A poll: `<nobackend-poll>Tea? <option>Yes</option><option>No</option></nobackend-poll>`. */
export class NobackendPollElement extends Widget {
  static override readonly observedAttributes: string[] = [
    ...Widget.observedAttributes,
    'question',
    'closed',
    'results',
  ];

  private ballot: Ballot | null = null;
  private rows: Row[] = [];
  /** The rows were made from this. */
  private shown = '';
  /** The option that the reader has chosen, and not voted for yet. */
  private chosen: string | null = null;
  private readonly question = h('legend', { part: 'question' });
  private readonly list = h('div', { class: 'options' });
  private readonly submit = h('button', { class: 'solid', part: 'vote' });
  private readonly status = h('p', { role: 'status', class: 'status', part: 'status' });
  private readonly sum = h('span', { class: 'sum', part: 'sum' });

  constructor() {
    super();
    const form = h(
      'form',
      {},
      h('fieldset', {}, this.question, this.list),
      h('div', { class: 'foot' }, this.submit, this.status, this.sum),
    );
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      if (this.chosen !== null) void this.vote(this.chosen);
    });
    this.box.classList.add('poll');
    append(this.box, form);
  }

  protected listen(chat: Chat): (() => void)[] {
    const { question, options } = this.content();
    if (!options.length) console.warn('A poll needs answers inside: <option>Tea</option>');
    const key = this.of || digest([question].concat(options.map(({ text }) => text)).join('\n'));
    const ballot = new Ballot(chat, `poll/${key}`, () => this.draw());
    this.ballot = ballot;
    return [
      () => {
        ballot.end();
        this.ballot = null;
      },
    ];
  }

  /** The question is what is written around the options. */
  private content(): { question: string; options: Option[] } {
    const copy = this.cloneNode(true) as HTMLElement;
    const found = [...copy.querySelectorAll('option, li')];
    const options = found.map((option, i) => {
      const [value = ''] = /^[\w.-]{1,20}$/.exec(option.getAttribute('value') || '') || [`${i + 1}`];
      const text = textOf(option);
      option.textContent = '';
      return { value, text };
    });
    return { question: this.getAttribute('question') || textOf(copy), options };
  }

  private async vote(option: string): Promise<void> {
    const { ballot } = this;
    const hadFocus = this.shadowRoot && this.shadowRoot.activeElement === this.submit;
    if (!ballot) return;
    const voting = ballot.vote(option);
    const { rows } = this;
    for (const { value, radio } of rows) if (hadFocus && value === option) radio.focus(); // the button goes away
    await voting;
    if (!ballot.failure && this.chosen === option) this.chosen = null;
    this.draw();
    if (!ballot.failure) this.dispatchEvent(new CustomEvent('vote', { detail: option }));
  }

  protected draw(): void {
    const content = this.content();
    const made = JSON.stringify(content);
    if (made !== this.shown) this.build(content.question, content.options);
    this.shown = made;
    const { ballot, texts } = this;
    const closed = this.hasAttribute('closed');
    const mine = ballot ? ballot.mine : null;
    const isKnown = !!ballot && !!this.chat && !!this.chat.user;
    const open = isKnown && (closed || mine !== null || this.getAttribute('results') !== 'voted');
    let all = 0;
    for (const { value } of this.rows) all += ballot ? ballot.count(value) : 0;
    for (const one of this.rows) this.drawRow(one, all, open);
    this.sum.textContent = open ? counted(texts.votes, all, texts) : '';
    this.submit.textContent = mine === null ? texts.vote : texts.changeVote;
    const isDone = mine !== null && (this.chosen === null || this.chosen === mine);
    this.submit.hidden = closed || isDone || !!this.broken;
    const status = this.statusText(closed, mine);
    if (this.status.textContent !== status) this.status.textContent = status;
  }

  private drawRow({ value, text, row, radio, bar, result }: Row, all: number, open: boolean): void {
    const { ballot, texts } = this;
    const count = open && ballot ? ballot.count(value) : 0;
    const share = all > 0 ? count / all : 0;
    const mine = ballot ? ballot.mine : null;
    const percent = percentText(share, texts);
    const votes = counted(texts.votes, count, texts);
    radio.checked = (this.chosen === null ? mine : this.chosen) === value;
    radio.disabled = this.hasAttribute('closed') || !!this.broken;
    row.classList.toggle('mine', mine === value);
    row.style.setProperty('--share', `${100 * share}%`);
    bar.hidden = !open;
    bar.setAttribute('aria-label', text);
    bar.setAttribute('aria-valuenow', `${Math.round(100 * share)}`);
    const words = fill(texts.share, { percent, votes });
    bar.setAttribute('aria-valuetext', words);
    radio.setAttribute('aria-description', open ? words : '');
    refill(result, ...(open ? [h('b', {}, percent), ` ${numberText(count, texts)}`] : []));
  }

  private statusText(closed: boolean, mine: string | null): string {
    const { ballot, chat, texts } = this;
    const failure = ballot?.failure;
    if (this.broken) return texts.broken;
    if (ballot?.isPending && chat && chat.state === 'reconnecting') return texts.waiting;
    if (failure) return failure.code === 'not_allowed' ? texts.refused : texts.failed;
    if (closed) return texts.closed;
    const [own] = this.rows.filter(({ value }) => value === mine);
    return own ? fill(texts.voted, { option: own.text }) : '';
  }

  private build(question: string, options: Option[]): void {
    this.question.textContent = question;
    this.rows = options.map(({ value, text }) => {
      const radio = h('input', { type: 'radio', name: 'option', value, required: '' });
      const bar = h('span', { class: 'bar', part: 'bar', role: 'meter', 'aria-valuemin': '0', 'aria-valuemax': '100' });
      const result = h('span', { class: 'result', part: 'result', 'aria-hidden': 'true' });
      const label = h('label', {}, radio, h('span', { class: 'text' }, text), result);
      radio.addEventListener('change', () => {
        this.chosen = value;
        this.draw();
      });
      return {
        value,
        text,
        radio,
        bar,
        result,
        row: h('div', { class: 'option', part: 'option' }, label, bar),
      };
    });
    refill(this.list, ...this.rows.map(({ row }) => row));
  }
}
