/** Names that look like a role of the chat or of a room, in whatever letters. Nobody may have them. */
import { foldName } from './nicknames.js';

const ROLES =
  'owner moderator mod host admin administrator sysadmin superuser system server operator staff ' +
  'everyone everybody nobackend';
/** Words that change nothing about the meaning of a role. */
const FILLERS = 'the this of room chat official real your our';

const plain = (name: string): string =>
  foldName(name)
    .normalize('NFD')
    .replace(/[^\p{L}\p{N}]/gu, '');
const anyOf = (words: string): string => words.split(' ').map(plain).join('|');
const ROLE = new RegExp(`^(?:${anyOf(FILLERS)})*(?:${anyOf(ROLES)})s?(?:${anyOf(`${FILLERS} ${ROLES}`)})*$`, 'u');
/** Separates the parts of a name, as in `Eve (moderator)` and `Eve | host`. */
const APART = /[^\p{L}\p{N}\p{M}\p{Default_Ignorable_Code_Point}\s._'’-]+/u;
const NUMBERS = /^[\p{N}\p{P}\s]+|[\p{N}\p{P}\s]+$/gu;

/** Whether a name, or a part of it, is only the name of a role, in whatever letters, with or without a number. */
export function saysRole(name: string): boolean {
  const parts = [name, ...name.normalize('NFKC').split(APART)];
  return parts.some((part) => ROLE.test(plain(part)) || ROLE.test(plain(part.replace(NUMBERS, ''))));
}
