import type { Finding } from './api.js';
import { Failure } from './errors.js';
import { registry } from './registry.js';
import { addScript } from './transport/jsonp.js';
import { PATIENCE } from './transport/transport.js';

/** Examines the way from this page to the server; the code for it is fetched only now. */
export async function callDoctor(server: string, nonce: string, tell?: (finding: Finding) => void): Promise<Finding[]> {
  const page = registry();
  if (!page.examine) {
    await new Promise<void>((resolve) => {
      addScript(`${server}/doctor.js`, nonce, resolve);
      setTimeout(resolve, PATIENCE); // a server that holds the request would be waited for without end
    });
  }
  if (!page.examine) throw new Failure('network', 'No doctor came.');
  return page.examine(server, tell);
}
