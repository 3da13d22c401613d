import type { Audit } from '../../../shared/protocol/events.js';
import { append, h, type Piece, refill } from '../element/dom/dom.js';
import { called, filled } from '../element/dom/sentence.js';
import { rulesText } from '../element/log/notices.js';
import type { TextKey } from '../element/texts.js';
import { dayOf, dayText, durationText, timeText } from '../element/times.js';
import type { Actions } from './actions.js';
import { box, type Section } from './section.js';
import type { ToolsTexts } from './texts.js';

type AuditEntry = Audit['acts'][number];

/** Entries in the list. */
const SHOWN_MAX = 30;

/** The text for each kind of entry. */
const ENTRY_TEXTS: Record<string, (entry: AuditEntry) => TextKey<ToolsTexts>> = {
  remove: ({ user }) => (user ? 'didRemoveAllOf' : 'didRemove'),
  clear: () => 'didClear',
  mute: ({ seconds, quiet }) => (seconds ? (quiet ? 'didMuteQuietly' : 'didMute') : 'didUnmute'),
  kick: () => 'didKick',
  ban: ({ seconds }) => (seconds ? 'didBan' : 'didUnban'),
  rules: () => 'didRules',
  keys: () => 'didKeys',
  moderate: ({ on }) => (on === false ? 'didDemote' : 'didPromote'),
  allow: ({ on, user }) => (user ? (on ? 'didAllow' : 'didDisallow') : on ? 'didAllowAll' : 'didAllowNobody'),
  handover: () => 'didOffer',
  own: () => 'didOwn',
  take: () => 'didTake',
  switch: ({ off }) => (off ? 'didSwitchOff' : 'didSwitchOn'),
  approve: () => 'didApprove',
  reject: () => 'didReject',
  import: () => 'didImport',
  incoming: ({ on }) => (on ? 'didHook' : 'didHookEnd'),
  hook: ({ on, ended }) =>
    on === undefined ? (ended ? 'didHookEnded' : 'didHookMissed') : on ? 'didHookOn' : 'didHookOff',
};

/** The moderation actions in the room, newest first. */
export class AuditLog implements Section {
  readonly element: HTMLElement;
  private readonly list = h('ol', { class: 'audit-log' });

  constructor(private readonly actions: Actions) {
    this.element = box(actions.texts.done, this.list);
  }

  update(audit: Audit): void {
    const { texts } = this.actions;
    const entries = audit.acts.slice(-SHOWN_MAX).reverse();
    refill(this.list, ...entries.map((entry) => this.line(entry)));
    if (entries.length === 0) append(this.list, h('li', { class: 'hint' }, texts.nothingDone));
  }

  private line(entry: AuditEntry): HTMLElement {
    const { elementTexts, delegate } = this.actions;
    const { now } = delegate.clock;
    const day = dayOf(entry.at) === dayOf(now) ? '' : `${dayText(entry.at, now, elementTexts)} `;
    return h(
      'li',
      {},
      h('time', { datetime: new Date(entry.at).toISOString() }, `${day}${timeText(entry.at, elementTexts)}`),
      ' ',
      ...this.sentence(entry),
    );
  }

  private sentence(entry: AuditEntry): Piece[] {
    const { texts, elementTexts } = this.actions;
    const keyOf = ENTRY_TEXTS[entry.what];
    const what = entry.what === 'rules' ? rulesText(entry as object, elementTexts) : String(entry.host || entry.what);
    const time = durationText(Number(entry.seconds) || 0, elementTexts);
    return filled(texts[keyOf ? keyOf(entry) : 'didOther'], {
      by: this.nameOf(entry.by, entry.byName, texts.youDid),
      name: this.nameOf(entry.user, entry.name, texts.youBore),
      time,
      what,
    });
  }

  private nameOf(id: unknown, userName: unknown, you: string): Piece {
    const { texts, ownId } = this.actions;
    if (id === 0) return texts.host;
    return id === ownId ? you : userName ? called(String(userName)) : texts.somebody;
  }
}
