/** Why Redis cannot be used, in words for the operator instead of the client library's. */

/** The reason while Redis can be read, but not written. It does not pass before the operator does something. */
export const MEMORY_FULL = 'its memory is full (maxmemory)';

type Reason = string | ((match: RegExpExecArray) => string);

/**
 * Redis is there and refuses: the operator has to fix it. The wording of NOPERM differs between versions 6.2, 7.0 and
 * 7.2.
 */
const REFUSALS: [RegExp, Reason][] = [
  [/^NOAUTH/, 'it demands a password'],
  [/^WRONGPASS|invalid password/, 'it does not accept this user and password'],
  [/DB index is out of range/, 'it has no database of this number'],
  [/^READONLY/, 'it is a read-only replica'],
  [/^OOM/, MEMORY_FULL],
  [/^MISCONF/, 'it takes no writes, since it cannot save to its disk'],
  [/^NOREPLICAS/, 'it takes no writes, since it has too few replicas'],
  [
    /^NOPERM.* run the '([^']+)' command/,
    ([, name = '']) => `its user may not run ${name.toUpperCase()}: the ACL rule +${name} is missing`,
  ],
  [/^NOPERM.* the (key|channel)s (\S*\*)$/, ruleOf],
  [/^NOPERM.* keys?\b/, 'its user may not use all keys: the ACL rule ~* is missing'],
  [/^NOPERM.* channels?\b/, 'its user may not use all channels: the ACL rule &* is missing'],
  [/^NOPERM/, 'its user may not do all that is needed: an ACL rule is missing'],
  [/^(MOVED|CROSSSLOT)/, 'it is a Redis Cluster: add ?cluster=true to its address'],
  [/cluster support disabled/, 'it is no Redis Cluster: leave ?cluster=true out of its address'],
];

/** The rule by which a user may use all keys or channels of the chat. The probe names what all of them begin with. */
function ruleOf([, kind = '', pattern = '']: RegExpExecArray): string {
  return `its user may not use all ${kind}s: the ACL rule ${kind === 'key' ? '~' : '&'}${pattern} is missing`;
}

/** Redis is not there: that passes by itself, or when Redis is started. */
const ABSENCES: [RegExp, Reason][] = [
  [/ECONNREFUSED/, 'connection refused'],
  [/ENOTFOUND|EAI_AGAIN/, 'its host name is not known'],
  [/ENETUNREACH|EHOSTUNREACH/, 'its host cannot be reached'],
  [/ETIMEDOUT|timed out/i, 'it does not answer'],
  [/^(LOADING|MASTERDOWN)/, 'it is loading its data'],
  [/CLUSTERDOWN/, 'the cluster has a slot that no master owns'],
  [/All sentinels are unreachable/, 'no Sentinel knows a master that is there'],
  [
    /^(Cluster isn't ready|None of startup nodes|Failed to refresh slots cache)/,
    'no node of the cluster can be reached',
  ],
  [/SSL|TLS|wrong version number/, 'it does not speak TLS as asked for'],
  [/ECONNRESET|EPIPE|closed|isn't writeable|max retries/i, 'the connection broke'],
];

/** Returns a sentence without a full stop: the state of Redis, with its reason. */
export function stateText(reason: string): string {
  return reason === MEMORY_FULL ? `Redis takes no writes: ${reason}` : `Redis is away: ${reason}`;
}

/** Returns the end of the state, for a sentence that goes on with "until" or "when". */
export function endText(reason: string): string {
  return reason === MEMORY_FULL ? 'it takes writes again' : 'it is back';
}

/** Whether an error is a refusal that lasts until the operator changes something. */
export function isRefusal(error: unknown): boolean {
  return REFUSALS.some(([pattern]) => pattern.test(messageOf(error)));
}

/**
 * Returns half a sentence with Redis as "it", without a full stop. The message of an unknown error is returned as it
 * is.
 */
export function reasonOf(error: unknown): string {
  const message = messageOf(error);
  for (const [pattern, reason] of [...REFUSALS, ...ABSENCES]) {
    const match = pattern.exec(message);
    if (match) return typeof reason === 'string' ? reason : reason(match);
  }
  return message.replace(/\.$/, '');
}

/** Returns an error's message. A failed connection to a host name with several addresses has only a code. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { lastNodeError } = error as { lastNodeError?: unknown }; // why the last node of a cluster was of no use
  if (lastNodeError instanceof Error) return messageOf(lastNodeError);
  return error.message || String((error as { code?: unknown }).code ?? error.name);
}
