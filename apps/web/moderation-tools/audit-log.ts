import type { Audit } from '../../../shared/protocol/events.js';
import { append, called, h, type Part, refill } from '../element/dom/dom.js';
import { dayOf, dayText, durationText, timeText } from '../element/log/times.js';
import { rulesText } from '../element/status/notices.js';
import { filled } from '../element/texts.js';
import type { Desk } from './actions.js';
import { box, type Section } from './section.js';
import type { OwnerTexts } from './texts.js';

type Act = Audit['acts'][number];

/** Acts shown at most. */
const SHOWN = 30;

/** Which words tell an act. */
const WORDS: Record<string, (act: Act) => keyof OwnerTexts> = {
  remove: ({ user }) => (user ? 'didRemoveAllOf' : 'didRemove'),
  clear: () => 'didClear',
  mute: ({ seconds, quiet }) => (seconds ? (quiet ? 'didMuteQuietly' : 'didMute') : 'didUnmute'),
  kick: () => 'didKick',
  ban: ({ seconds }) => (seconds ? 'didBan' : 'didUnban'),
  rules: () => 'didRules',
  moderate: ({ on }) => (on === false ? 'didDemote' : 'didPromote'),
  handover: () => 'didOffer',
  own: () => 'didOwn',
  take: () => 'didTake',
  switch: ({ off }) => (off ? 'didSwitchOff' : 'didSwitchOn'),
  approve: () => 'didApprove',
  reject: () => 'didReject',
};

/** What was done, newest first. */
export class Doings implements Section {
  readonly element: HTMLElement;
  private readonly list = h('ol', { class: 'doings' });

  constructor(private readonly desk: Desk) {
    this.element = box(desk.texts.done, this.list);
  }

  update(audit: Audit): void {
    const { texts } = this.desk;
    const acts = audit.acts.slice(-SHOWN).reverse();
    refill(this.list, ...acts.map((act) => this.line(act)));
    if (acts.length === 0) append(this.list, h('li', { class: 'hint' }, texts.nothingDone));
  }

  private line(act: Act): HTMLElement {
    const {
      common,
      host: {
        clock: { now },
      },
    } = this.desk;
    const day = dayOf(act.at) === dayOf(now) ? '' : `${dayText(act.at, now, common)} `;
    return h(
      'li',
      {},
      h('time', { datetime: new Date(act.at).toISOString() }, `${day}${timeText(act.at, common)}`),
      ' ',
      ...this.sentence(act),
    );
  }

  private sentence(act: Act): Part[] {
    const { texts, common } = this.desk;
    const words = WORDS[act.what];
    const what = act.what === 'rules' ? rulesText(act as object, common) : act.what;
    const time = durationText(Number(act.seconds) || 0, common);
    return filled(texts[words ? words(act) : 'didOther'], {
      by: this.name(act.by, act.byName, texts.youDid),
      name: this.name(act.user, act.name, texts.youBore),
      time,
      what,
    });
  }

  private name(id: unknown, name: unknown, you: string): Part {
    const { texts, ownId } = this.desk;
    if (id === 0) return texts.host;
    return id === ownId ? you : name ? called(String(name)) : texts.somebody;
  }
}
