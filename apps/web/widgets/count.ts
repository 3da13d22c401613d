import type { Chat } from '../client/api.js';
import { counted } from '../element/counts.js';
import { button, h, icon, refill } from '../element/dom/dom.js';
import { numberText } from '../element/times.js';
import { Ballot } from './ballot.js';
import { keep, kept } from './kept.js';
import { Widget } from './widget.js';

const HEART =
  'M12 20C5 15.500 3.500 12 3.500 9A4.300 4.300 0 0 1 12 7.500 4.300 4.300 0 0 1 20.500 9C20.500 12 19 15.500 12 20Z';
/** The only option of the ballot: its key is `count/likes/n`. */
const ALL = 'n';

type Kind = 'likes' | 'visits' | 'people';

/**
 * A number: of the people who have pressed it (`of="likes"`), of visits (`of="visits"`), or of those who are here now
 * (`of="people"`).
 */
export class NobackendCountElement extends Widget {
  private ballot: Ballot | null = null;
  private people = 0;
  /** The state that is shown now, so that only a change is drawn anew. */
  private shown = '';
  private value = h('span', { class: 'number', part: 'number' });
  private button: HTMLButtonElement | null = null;
  private readonly status = h('span', { role: 'status', class: 'status', part: 'status' });

  private get kind(): Kind {
    const [, kind] = /^(visits|people)(\/|$)/.exec(this.of) || [];
    return (kind as Kind | undefined) || 'likes';
  }

  protected listen(chat: Chat): (() => void)[] {
    const { kind } = this;
    if (kind === 'people') {
      const take = ({
        room,
        members,
        count,
      }: {
        room: string;
        members: unknown[];
        count?: number | undefined;
      }): void => {
        if (room === chat.room) this.people = count || members.length;
        this.draw();
      };
      return [chat.on('ready', take), chat.on('members', take)];
    }
    const ballot = new Ballot(chat, `count/${this.of || kind}`, () => this.draw());
    this.ballot = ballot;
    const visit = (): void => void this.visit(chat);
    return [
      () => {
        ballot.end();
        this.ballot = null;
      },
      ...(kind === 'visits' ? [chat.on('ready', visit)] : []),
    ];
  }

  /** Counts this browser once a day, by the calendar of UTC. */
  private async visit(chat: Chat): Promise<void> {
    const key = `${chat.server} ${chat.room} ${this.of}`;
    const day = new Date().toISOString().slice(0, 10);
    const former = kept(key);
    if (former.day === day) return;
    keep(key, { day });
    await chat.values.add(`count/${this.of}/${ALL}`).catch(({ message }: Error) => {
      keep(key, former);
      console.warn(`Not counted: ${message}`);
    });
  }

  private async like(): Promise<void> {
    const { ballot } = this;
    if (!ballot) return;
    const option = ballot.mine ? null : ALL;
    await ballot.vote(option);
    if (!ballot.failure) this.dispatchEvent(new CustomEvent('like', { detail: option !== null }));
  }

  protected draw(): void {
    const { ballot, texts, kind, chat, broken } = this;
    const hasContent = !!(this.textContent || '').trim() || !!this.firstElementChild;
    const look = `${kind} ${hasContent} ${texts.like}`;
    if (look !== this.shown) this.build(kind, hasContent);
    this.shown = look;
    const count = kind === 'people' ? this.people : ballot ? ballot.count(ALL) : 0;
    const forms = kind === 'people' ? texts.manyHere : texts.visits;
    const isBare = hasContent || kind === 'likes';
    this.value.textContent = isBare ? numberText(count, texts) : counted(forms, count, texts);
    this.value.classList.toggle('unknown', !chat?.user);
    if (this.button) {
      this.button.setAttribute('aria-pressed', `${!!ballot && !!ballot.mine}`);
      this.button.disabled = !!broken;
    }
    const status = this.statusText();
    if (this.status.textContent !== status) this.status.textContent = status;
  }

  private statusText(): string {
    const { ballot, broken, chat, texts } = this;
    if (broken) return texts.broken;
    if (!ballot || !this.button) return '';
    if (ballot.isPending && chat && chat.state === 'reconnecting') return texts.waiting;
    if (!ballot.failure) return '';
    return ballot.failure.code === 'not_allowed' ? texts.refused : texts.failed;
  }

  private build(kind: Kind, hasContent: boolean): void {
    const { value, box, status } = this;
    const label = hasContent ? h('slot') : null;
    this.button = null;
    box.className = `widget count ${kind}${box.classList.contains('dark') ? ' dark' : ''}`;
    if (kind === 'likes') {
      const sign = hasContent ? [label] : [icon(HEART), h('span', { class: 'hidden' }, this.texts.like)];
      this.button = button({ class: 'like', part: 'button' }, () => this.like(), ...sign, value);
      refill(box, this.button, status);
    } else {
      refill(box, h('span', { class: 'line' }, value, label && ' ', label), status);
    }
  }
}
