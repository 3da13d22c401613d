import type { Finding } from './api.js';
import { Failure } from './errors.js';
import { registry } from './registry.js';
import { addScript } from './transport/jsonp.js';
import { REQUEST_TIMEOUT_MS } from './transport/transport.js';

/**
 * Runs the doctor's checks from this page, for a chat whose events come in this way. Their code is loaded only now.
 * Throws `network` if it cannot be loaded.
 */
export async function callDoctor(
  server: string,
  nonce: string,
  way: string,
  tell?: (finding: Finding) => void,
): Promise<Finding[]> {
  const page = registry();
  if (!page.examine) {
    await new Promise<void>((resolve) => {
      addScript(`${server}/doctor.js`, nonce, resolve);
      setTimeout(resolve, REQUEST_TIMEOUT_MS); // a script tag has no timeout of its own
    });
  }
  if (!page.examine) throw new Failure('network', 'The doctor could not be loaded.');
  return page.examine(server, tell, way);
}
