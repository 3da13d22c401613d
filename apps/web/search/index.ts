/** `/search.js`: finds messages by words and by day. The element loads it when the user asks for it. */
import { registry } from '../client/registry.js';
import type { SearchRegistry } from '../element/search/load-search.js';
import { SearchPanel } from './search-panel.js';

(registry() as SearchRegistry).search2 = (delegate) => new SearchPanel(delegate);
