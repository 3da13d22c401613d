/** `/doctor.js`: what `chat.doctor()` loads when it is called. */
import { registry } from '../client/registry.js';
import { examine } from './examine.js';

registry().examine = (server, tell) => examine(server, tell ? { found: tell } : {});
