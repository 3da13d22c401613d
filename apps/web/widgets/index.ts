/** `/widgets.js`: defines `<nobackend-poll>` and `<nobackend-count>`. */
import { takeKeys } from '../element/dom/keys.js';
import { NobackendCountElement } from './count.js';
import { NobackendPollElement } from './poll.js';

takeKeys(window);
const elements = { 'nobackend-poll': NobackendPollElement, 'nobackend-count': NobackendCountElement };
for (const [tag, element] of Object.entries(elements))
  if (!customElements.get(tag)) customElements.define(tag, element);
