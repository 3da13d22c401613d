/** Names that only those could bear who keep a room or the chat, whatever they look like: nobody bears them. */
import { foldName } from './names.js';

const ROLES =
  'owner moderator mod host admin administrator sysadmin superuser system server operator staff ' +
  'everyone everybody nobackend';
/** Words that change nothing about a role. */
const FILLERS = 'the this of room chat official real your our';

const plain = (name: string): string =>
  foldName(name)
    .normalize('NFD')
    .replace(/[^\p{L}\p{N}]/gu, '');
const anyOf = (words: string): string => words.split(' ').map(plain).join('|');
const ROLE = new RegExp(`^(?:${anyOf(FILLERS)})*(?:${anyOf(ROLES)})s?(?:${anyOf(`${FILLERS} ${ROLES}`)})*$`, 'u');
/** What sets a part of a name apart, as in `Eve (moderator)` and `Eve | host`. */
const APART = /[^\p{L}\p{N}\p{M}\p{Default_Ignorable_Code_Point}\s._'’-]+/u;
const NUMBERS = /^[\p{N}\p{P}\s]+|[\p{N}\p{P}\s]+$/gu;

/** Whether a name, or a part that is set apart in it, says a role and nothing else, in whatever letters, with a number or without. */
export function saysRole(name: string): boolean {
  const parts = [name, ...name.normalize('NFKC').split(APART)];
  return parts.some((part) => ROLE.test(plain(part)) || ROLE.test(plain(part.replace(NUMBERS, ''))));
}
