import { ChatError } from '../../../shared/protocol/errors.js';
import { scriptSafeJson } from '../../../shared/store/event-text.js';
import { type Actor, moderateRoom, type RuleField } from '../../../shared/store/moderation.js';
import type { Store } from '../../../shared/store/store.js';
import { authorizeActor } from '../moderation/authorize-actor.js';
import { ok } from '../reply.js';
import type { Operation } from './operation.js';
import type { Parameters } from './parameters/check.js';

type Rules = Omit<Parameters<'rules'>, 'token' | 'room' | 'owner'>;

/** Sets the rules for everybody without a role. Only the owner can close a room. */
export const rules: Operation<'rules'> = async ({ store, fanOut }, { token, room, owner, ...given }) => {
  if (fieldsOf(given).length === 0)
    throw new ChatError('bad_request', 'rules needs one of the rules, for example slow.', {
      field: 'slow',
    });
  await setRules(store, await authorizeActor(store, { token, room, owner }), given);
  fanOut.request(room);
  return ok();
};

/** Sets the rules that are given, as one moderation action. */
export async function setRules(store: Store, actor: Actor, given: Rules): Promise<void> {
  const changes = { ...given, words: given.words?.length };
  await moderateRoom(store, actor, {
    action: { name: 'set', fields: fieldsOf(given) },
    least: given.closed === undefined ? 'moderator' : 'owner',
    audit: { what: 'rules', ...changes },
    event: { type: 'rules', ...defined(changes) },
  });
}

/** Returns the fields of the room's rules to set. The value '' removes a field. */
function fieldsOf({ slow, delay, readonly, closed, links, words, hold, values, names, ...flags }: Rules): RuleField[] {
  const flag = (on: boolean | undefined): string | undefined => mapGiven(on, () => (on ? '1' : ''));
  const fields = {
    slow: milliseconds(slow),
    delay: milliseconds(delay),
    readonly: flag(readonly),
    closed: flag(closed),
    links: flag(mapGiven(links, (allowed) => !allowed)),
    words: mapGiven(words, (list) => (list.length > 0 ? scriptSafeJson(list) : '')),
    hold: hold === 'all' ? hold : flag(hold),
    values: values === 'all' ? '' : values,
    listed: flag(mapGiven(flags.listed, (isListed) => !isListed)),
    private: flag(mapGiven(flags.private, (allowed) => !allowed)),
    names: names === 'any' ? '' : names,
  };
  return Object.entries(fields).flatMap(([field, value]) => (value === undefined ? [] : [{ field, value }]));
}

const milliseconds = (given: number | undefined): string | undefined =>
  mapGiven(given, (seconds) => (seconds > 0 ? String(seconds * 1_000) : ''));

function mapGiven<T, Result>(value: T | undefined, map: (value: T) => Result): Result | undefined {
  return value === undefined ? undefined : map(value);
}

function defined<T extends object>(values: T): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [Name in keyof T]?: Exclude<T[Name], undefined>;
  };
}
