import { filesOf, type Origin } from './address.js';
import { registry } from './registry.js';
import type { GetStreams } from './stream-code.js';
import { addScript } from './transport/jsonp.js';

/** Returns a function that loads the code as a script, unless another chat of the page has done so. */
export function loadStreamsWith({ nonce }: Origin): GetStreams {
  return async (server) => {
    const page = registry();
    const load = (done: () => void): unknown => addScript(`${filesOf(server)}/streams.js`, nonce, done);
    if (!page.streams1) await new Promise<void>(load).catch(() => undefined); // the page's policy may forbid it
    return page.streams1;
  };
}
