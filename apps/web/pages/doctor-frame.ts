/** Runs in a sandboxed frame, whose origin is no one's: what gets through from here gets through from any page. */
import { examine } from '../doctor/examine.js';

const server = new URL('.', location.href).origin;
void examine(server, (finding) => parent.postMessage({ finding }, '*')).then(() => parent.postMessage({ done: true }, '*'));
