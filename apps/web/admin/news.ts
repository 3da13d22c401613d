/** The announcement to all rooms: the text that is shown now, and a form for another one. */
import type { AnnounceReply, AnnounceRequest } from '../../../shared/protocol/admin.js';
import type { AnnouncementEvent } from '../../../shared/protocol/events.js';
import { byId } from '../pages/page.js';
import { ask } from './ask.js';
import { setText } from './dom.js';
import { AWAY, moment } from './format.js';

/**
 * Makes the form. `done` is called after something was said. Returns a function that shows what is said now; without it,
 * that the server does not know.
 */
export function makeNews(done: () => void): (news: AnnouncementEvent | null | undefined) => void {
  const kind = byId('news-kind', HTMLSelectElement);
  const text = byId('news-text', HTMLInputElement);
  const times = byId('news-times', HTMLElement);
  const begins = byId('news-begins', HTMLInputElement);
  const minutes = byId('news-minutes', HTMLInputElement);
  const seconds = byId('news-seconds', HTMLSelectElement);
  const now = byId('news-now', HTMLElement);
  let problem = '';

  async function say(request: AnnounceRequest): Promise<void> {
    const reply = await ask<AnnounceReply>('/admin/announce', 'The server does not answer.', request);
    problem = reply.ok ? '' : reply.message;
    if (reply.ok) text.value = '';
    setText(now, reply.ok ? 'All rooms are told within some seconds.' : problem);
    done();
  }

  kind.addEventListener('change', () => {
    const isMaintenance = kind.value === 'maintenance';
    times.hidden = !isMaintenance;
    begins.required = isMaintenance;
    text.required = !isMaintenance;
  });
  text.required = true;
  byId('news', HTMLFormElement).addEventListener('submit', (submission) => {
    submission.preventDefault();
    const isMaintenance = kind.value === 'maintenance';
    void say({
      kind: isMaintenance ? 'maintenance' : 'notice',
      text: text.value.trim(),
      ...(seconds.value !== '' && { seconds: Number(seconds.value) }),
      ...(isMaintenance && { begins: new Date(begins.value).getTime(), minutes: Number(minutes.value) }),
    });
  });
  byId('news-end', HTMLButtonElement).addEventListener('click', () => void say({ kind: 'none', text: '' }));
  return (news) => {
    if (problem !== '') return;
    setText(now, news === undefined ? AWAY : news === null ? 'Nothing is announced.' : textOf(news));
  };
}

function textOf({ kind, text, begins = 0, minutes = 0, until }: AnnouncementEvent): string {
  const what = kind === 'maintenance' ? `Maintenance at ${moment(begins)}, for about ${minutes} min. ` : '';
  return `Announced now: ${what}${text} (until ${until === undefined ? 'you take it back' : moment(until)})`;
}
