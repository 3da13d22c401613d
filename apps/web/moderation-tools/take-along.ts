import type { Audit, RoomContents } from '../../../shared/protocol/events.js';
import type { ChatFailure } from '../client/api.js';
import { secret } from '../client/secret.js';
import { h } from '../element/dom/dom.js';
import { denialText } from '../element/status/denials.js';
import { fill } from '../element/texts.js';
import { numberText } from '../element/times.js';
import type { Actions } from './actions.js';
import { readRoom, writeRoom } from './room-file.js';
import { actionButton, box, type Section } from './section.js';
import { transcriptOf } from './transcript.js';

/** The address of a download is kept for this time. Then the browser has the file. */
const DOWNLOAD_MS = 60_000;

/** Downloads the room, as JSON or to read, and imports what was downloaded elsewhere. Only for the owner. */
export class TakeAlong implements Section {
  readonly element: HTMLElement;
  private readonly downloads = h('p', { class: 'hint', role: 'status' });
  private readonly imports = h('p', { class: 'hint', role: 'status' });
  private readonly problem = h('p', { class: 'problem', role: 'alert' });
  private readonly file = h('input', { type: 'file', accept: '.json,application/json', hidden: '' });
  /** The room has no key. */
  private isOpen = true;
  /** The import that is under way, or has failed. The same file goes on with it. */
  private latest = { json: '', id: '' };

  constructor(private readonly actions: Actions) {
    const { texts } = actions;
    this.element = box(
      texts.takeAlong,
      h('p', { class: 'hint' }, texts.takeAlongHint),
      h(
        'div',
        { class: 'acts' },
        actionButton(texts.downloadJson, '', () => this.run(this.downloads, () => this.downloadJson())),
        actionButton(texts.downloadTranscript, 'secondary', () =>
          this.run(this.downloads, () => this.downloadTranscript()),
        ),
      ),
      this.downloads,
      h('p', { class: 'hint' }, texts.importHint),
      h(
        'div',
        { class: 'acts' },
        actionButton(texts.importRoom, 'secondary', () => this.file.click()),
      ),
      this.file,
      this.imports,
      this.problem,
    );
    this.element.hidden = true; // until it is known whose room it is
    this.file.addEventListener('change', () => void this.run(this.imports, () => this.importFile()));
  }

  update({ keys }: Audit): void {
    this.isOpen = !keys.member;
    this.element.hidden = !this.actions.isOwner;
  }

  /** Shows in `line` how it ends: what `act` returns, or why it failed. */
  private async run(line: HTMLElement, act: () => Promise<string>): Promise<void> {
    this.problem.textContent = this.downloads.textContent = this.imports.textContent = '';
    try {
      line.textContent = await act();
    } catch (thrown) {
      line.textContent = '';
      this.problem.textContent = this.reasonOf(thrown as ChatFailure);
    }
  }

  private reasonOf(failure: ChatFailure): string {
    const { texts, elementTexts } = this.actions;
    if (!failure.code) return texts.importNoRoom; // thrown by reading the file
    return failure.reason === 'not_empty' ? texts.importNotEmpty : denialText(failure, elementTexts);
  }

  private read(): Promise<RoomContents> {
    return readRoom(this.actions, (n) => {
      this.downloads.textContent = this.count(this.actions.texts.reading, n);
    });
  }

  private async downloadJson(): Promise<string> {
    const contents = await this.read();
    return this.download(contents, `${JSON.stringify(contents, null, 2)}\n`, 'json');
  }

  private async downloadTranscript(): Promise<string> {
    const { delegate, elementTexts, texts } = this.actions;
    const { room, server } = delegate.chat;
    const { direction } = getComputedStyle(delegate.skeleton.root);
    const contents = await this.read();
    const head = { room, host: new URL(server, document.baseURI).host, at: delegate.clock.now, direction };
    return this.download(contents, transcriptOf(contents.messages || [], head, elementTexts, texts), 'html');
  }

  private download({ messages = [] }: RoomContents, text: string, kind: 'json' | 'html'): string {
    const type = kind === 'json' ? 'application/json' : 'text/html;charset=utf-8';
    const href = URL.createObjectURL(new Blob([text], { type }));
    h('a', { href, download: `${this.actions.delegate.chat.room}.${kind}` }).click();
    setTimeout(() => URL.revokeObjectURL(href), DOWNLOAD_MS);
    return this.count(this.actions.texts.downloaded, messages.length);
  }

  private async importFile(): Promise<string> {
    const { actions, file } = this;
    const { texts } = actions;
    const json = file.files?.[0] ? await file.files[0].text() : '';
    file.value = ''; // so that the same file can be chosen again
    if (json !== this.latest.json) this.latest = { json, id: secret() };
    const contents = JSON.parse(json) as RoomContents;
    await writeRoom(actions, contents, this.latest.id, (share) => {
      this.imports.textContent = this.count(texts.importing, Math.floor(share * 100));
    });
    this.latest.json = '';
    actions.onAction();
    const { messages = [], values = {} } = contents;
    const done = fill(this.count(texts.importDone, messages.length), {
      values: numberText(Object.keys(values).length, actions.elementTexts),
    });
    return this.isOpen ? `${done} ${texts.importNoKey}` : done;
  }

  private count(text: string, n: number): string {
    return fill(text, { n: numberText(n, this.actions.elementTexts) });
  }
}
