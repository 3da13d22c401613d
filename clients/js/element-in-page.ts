/**
 * The element as a part of the npm package. It does not know where it was loaded from: `server` says where the chat is.
 */
import { originOf } from '../../apps/web/client/address.js';
import { joinFrom } from '../../apps/web/client/join.js';
import { makeStreams } from '../../apps/web/client/streams/held-streams.js';
import { takeKeys } from '../../apps/web/element/dom/keys.js';
import { elementClass } from '../../apps/web/element/element.js';

const NOWHERE = originOf('');
const join = joinFrom(NOWHERE, () => Promise.resolve(makeStreams));

takeKeys(window);
if (!customElements.get('nobackend-chat')) customElements.define('nobackend-chat', elementClass(join, NOWHERE));
