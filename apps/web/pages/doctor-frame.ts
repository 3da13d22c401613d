/** Runs the checks in a sandboxed frame. It has no origin, so what works from here works from any page. */
import type { Finding } from '../client/api.js';
import { examine } from '../doctor/examine.js';
import { server } from './page.js';

/** The messages of the frame to its page. */
export interface FrameNews {
  begun?: Finding['about'];
  finding?: Finding;
  done?: true;
}

const tell = (news: FrameNews): void => parent.postMessage(news, '*');

function begin(): void {
  const begun = (about: Finding['about']): void => tell({ begun: about });
  const found = (finding: Finding): void => tell({ finding });
  void examine(server, { begun, found }).then(() => tell({ done: true }));
}

// a request that begins before the load event has ended counts as part of the page's loading
addEventListener('load', () => {
  setTimeout(begin);
});
