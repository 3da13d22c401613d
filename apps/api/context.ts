/** The parts of an API process that operations work with. */
import type { Store } from '../../shared/store/store.js';
import type { FanOutRequests } from './fan-out-requests.js';
import type { KnownSenders } from './known-senders.js';
import type { Admission } from './limits/admission.js';
import type { Shares } from './limits/shares/shares.js';
import type { Filters } from './moderation/filters.js';
import type { ServerFilter } from './moderation/server-filter.js';
import type { Polls } from './polls/polls.js';
import type { PresenceAnnouncements } from './presence-announcements.js';

export interface Context {
  store: Store;
  fanOut: FanOutRequests;
  presence: PresenceAnnouncements;
  polls: Polls;
  admission: Admission;
  shares: Shares;
  filters: Filters;
  serverFilter: ServerFilter;
  senders: KnownSenders;
}
