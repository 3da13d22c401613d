import type { Finding } from './api.js';
import { Failure } from './errors.js';
import { registry } from './registry.js';

function load(url: string, nonce: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = url;
    if (nonce) script.nonce = nonce;
    script.onload = () => resolve();
    script.onerror = () => reject(new Failure('network', `${url} could not be loaded.`));
    (document.head || document.documentElement).appendChild(script);
  });
}

/** Examines the way from this page to the server; the code for it is fetched only now. */
export async function callDoctor(server: string, nonce: string, tell?: (finding: Finding) => void): Promise<Finding[]> {
  if (!registry().examine) await load(`${server}/doctor.js`, nonce);
  const { examine } = registry();
  if (!examine) throw new Failure('network', 'The doctor did not come.');
  return examine(server, tell);
}
