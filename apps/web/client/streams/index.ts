/** `/streams.js`: the code that `/chat.js` and `/element.js` load when the room is open. */
import { registry } from '../registry.js';
import { makeStreams } from './held-streams.js';

registry().streams1 = makeStreams;
