/** `/doctor.js`: the code that `chat.doctor()` loads. */
import { registry } from '../client/registry.js';
import { examine } from './examine.js';

registry().examine = (server, tell, way) => examine(server, tell ? { found: tell } : {}, way);
