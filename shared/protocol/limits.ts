/** The limits of the wire protocol. Limits that the operator can set are in `config/settings.ts`. */

/** Characters (code points) of a nickname, after NFC and trimming, with single spaces. */
export const NAME_MAX = 32;
/**
 * UTF-16 units of a nickname as it is typed. A longer one is refused unread, because comparing names costs by their
 * length.
 */
export const NAME_TYPED_MAX = 512;
export const ROOM_NAME = /^[A-Za-z0-9._-]{1,64}$/;
/** The name of a private room: both user ids, the smaller first. No public room can have a colon. */
export const PRIVATE_ROOM_NAME = /^([1-9]\d{0,15}):([1-9]\d{0,15})$/;
/** Characters (code points) of a message's text. */
export const TEXT_MAX = 2_000;
/**
 * Bytes of a text as it is stored: JSON, with `<` and `>` escaped. 2,000 characters of any script fit. 2,000 control
 * characters or angle brackets, six bytes each, do not.
 */
export const TEXT_BYTES = 8_192;
/** Bytes of a message's or signal's `data` as it is stored: JSON text, with `<` and `>` escaped. */
export const DATA_BYTES = 4_096;
/** So many stored bytes cost as much as one message in every rate. The largest message costs three. */
export const MESSAGE_UNIT_BYTES = 4_096;
/** Bytes of a JSON request body: the largest text (24,000) and data (12,288), all escaped as `\uXXXX`, and the rest. */
export const BODY_BYTES = 40_960;
/**
 * Characters of a nonce. The nonce of a `join` has a minimum, because it stands for the user: 128 bits in base64url
 * take 22.
 */
export const NONCE_MAX = 64;
export const JOIN_NONCE_MIN = 22;
export const CALLBACK_MAX = 128;
/** How long a poll may wait. Proxies cut silent requests after 30 to 60 s, so the default is below. */
export const POLL_TIMEOUT_MAX_S = 55;
export const POLL_TIMEOUT_DEFAULT_S = 25;
/** Events in one poll answer, and in one page of history. */
export const EVENTS_MAX = 100;
/** Parts of one import. A room of 100,000 messages needs no more, even with one message in each. */
export const IMPORT_PARTS_MAX = 100_000;
/** How far the time of an imported message may be ahead: clocks of servers differ. */
export const IMPORT_AHEAD_MS = 3_600_000;
/** Bytes of events in one answer. One event is given whatever its size, and the rest comes with the next answer. */
export const EVENTS_BYTES = 65_536;
/** Events of history that come with `join` and `enter`, unless they ask for fewer. */
export const HISTORY_ON_ENTER_MAX = 50;
/** Presence events (who came and went) that come beside them, the newest. */
export const PRESENCE_ON_ENTER_MAX = 50;
/** Members named in one answer. For a larger room the answer says `more`. */
export const MEMBERS_MAX = 1_000;
/** Rooms named in one answer of `rooms`. */
export const ROOMS_MAX = 100;
/** Public rooms one user may be in at a time. */
export const ROOMS_PER_USER_MAX = 200;
/** Private rooms one user may be in. They are far more, because other users bring one in. */
export const PRIVATE_ROOMS_MAX = 5_000;
/** Users that one user may block. They are far more than anybody meets in one session, and take at most 8 KB. */
export const BLOCKS_MAX = 500;
/** Rooms for everybody, which nobody owns: `lobby`, `public`, `auto`, and names that begin so (`public.games`). */
export const SHARED_ROOM = /^(?:lobby|public|auto)(?:[._-]|$)/i;
/** The longest mute, the longest ban (90 days), and the longest pause of slow mode. */
export const MUTE_MAX_S = 86_400;
export const BAN_MAX_S = 90 * 86_400;
export const SLOW_MAX_S = 3_600;
/** The longest delay of a message: time enough to read it, and to remove it. */
export const DELAY_MAX_S = 60;
/** Users muted, and users banned, in one room at a time. */
export const MUTES_MAX = 200;
export const BANS_MAX = 200;
/** Moderators by name, and the members who may get the role by a key. */
export const MODERATORS_MAX = 20;
/** Characters of a room's key. The server makes them shorter; a link may have been spoilt on its way. */
export const ROOM_KEY_MAX = 64;
/** Users who may write in a read-only room: all members that one answer names. */
export const VOICES_MAX = 1_000;
/**
 * Words that a room may mask or hold, and the characters (code points) of one. `word*` matches the beginning of words.
 */
export const WORDS_MAX = 100;
export const WORD_MAX = 32;
/**
 * Messages of a room that wait for approval: one of each pupil in a large lesson. Beyond that, the oldest message of
 * the user that has the most is dropped. And those of one user: nine tenths are for the others.
 */
export const PENDING_MAX = 300;
export const PENDING_PER_USER_MAX = 30;
/**
 * Bytes of all of them: 300 messages of 1.7 KB. One user may have a tenth, and one message more. Each message that
 * waits takes one look at all that wait, which must not hold Redis up.
 */
export const PENDING_BYTES = 524_288;
/** Messages of a room that are reported, the reporters of one that are counted, and the reports of one user. */
export const REPORTS_MAX = 50;
export const REPORTERS_MAX = 20;
export const REPORTS_PER_USER_MAX = 10;
/** Incoming webhooks of a room, the messages that one may send in a minute in the long run, and at once. */
export const HOOKS_MAX = 10;
export const HOOK_MINUTE_MAX = 60;
export const HOOK_BURST_MAX = 20;
/**
 * Ids from here on are of senders that are no members: people who post without joining, and, from the second one on,
 * incoming webhooks. No user ever gets such an id. They have few enough digits for every number format on their way.
 */
export const POSTER_ID_MIN = 1e13;
export const HOOK_ID_MIN = 5e13;
/** How long a member may accept a room that was offered. */
export const OFFER_TTL_MS = 10 * 60_000;
/** Shared values of a room: how many, the bytes of one as JSON, and the bytes of all with their keys. */
export const VALUES_MAX = 256;
export const VALUE_BYTES = 4_096;
export const VALUES_BYTES = 65_536;
/**
 * A user's own values in a room (`@me/...`). They are few and small, so that each of a thousand members may have some.
 */
export const OWN_VALUES_MAX = 16;
export const OWN_VALUE_BYTES = 1_024;
/**
 * A key of a value. Own keys begin with `@me/`, and all users read them as `@<id>/...`. Only users with a role write
 * `@topic` and `@pin`.
 */
export const VALUE_KEY = /^(?:@topic|@pin|(?:@me\/)?(?!__proto__$)[A-Za-z0-9._\-/][A-Za-z0-9._\-/@]{0,59})$/;
/** The beginning of keys, or a key as it is read. */
export const VALUE_PREFIX = /^[A-Za-z0-9._\-/@]{0,64}$/;
/** Keys asked for in one `get`. */
export const VALUE_KEYS_MAX = 64;
/** Different emoji of a message, and reactions of a message. */
export const REACTION_EMOJI_MAX = 20;
export const REACTIONS_MAX = 1_000;
/** Bytes of all reactions of a room: eight usual ones on each message of a full log. */
export const REACTIONS_BYTES = 262_144;
/** Outgoing hooks of a room, and the characters of the address of one. A webhook of Discord has 121. */
export const HOOKS_OUT_MAX = 5;
export const HOOK_URL_MAX = 1_000;
/** A hook sends nothing that is older: nobody wants yesterday's talk at once when a receiver comes back. */
export const HOOK_GIVE_UP_MS = 3_600_000;
export const DEFAULT_ROOM = 'lobby';
/** How long a room keeps the name of a user that has gone, for its secret: over a weekend and a holiday. */
export const KEPT_NAME_TTL_MS = 7 * 86_400_000;
/**
 * Names that a room keeps so. Beyond that, the oldest goes first. Of one address, as many as some classes of a school
 * have, but no dictionary.
 */
export const KEPT_NAMES_MAX = 1_000;
export const ADDRESS_KEPT_NAMES_MAX = 100;
/** How long the nonce of a send or a join is remembered. */
export const NONCE_TTL_MS = 10 * 60_000;
