/** Runs in a sandboxed frame, which has no origin: what gets through from here gets through from any page. */
import type { Finding } from '../client/api.js';
import { examine } from '../doctor/examine.js';
import { server } from './page.js';

/** What the frame tells its page. */
export interface FrameNews {
  begun?: Finding['about'];
  finding?: Finding;
  done?: true;
}

const tell = (news: FrameNews): void => parent.postMessage(news, '*');

function begin(): void {
  void examine(server, { begun: (about) => tell({ begun: about }), found: (finding) => tell({ finding }) }).then(() => tell({ done: true }));
}

// a request that is begun before, or within the load event, is a part of the page's loading
addEventListener('load', () => { setTimeout(begin); });
