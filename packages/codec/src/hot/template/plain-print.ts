/** The definition of {@link Matcher.print}. */
import { hashOctets } from '../octets/octet-hash.ts';

const LESS = 0x3c;
const GREATER = 0x3e;
const SLASH = 0x2f;
const BLANK = 0x20;
const NAME_READ = 16;

/** Writes the prints of `message` into `prints`. */
export function printOf(message: Uint8Array, prints: Int32Array): void {
  const body = bodyHash(message);
  let hash = 0;
  let outline: number | undefined;
  let isInBody = false;
  for (let at = message.indexOf(LESS); at >= 0; at = message.indexOf(LESS, at + 1)) {
    const isEnd = message[at + 1] === SLASH;
    const name = isEnd ? SLASH : nameHash(message, at + 1);
    hash = Math.imul(hash ^ name, 0x9e3779b1);
    hash ^= hash >>> 15;
    if (isEnd || outline !== undefined) continue;
    if (isInBody) outline = hash;
    else isInBody = name === body;
  }
  prints.set([hash, outline ?? hash]);
}

function nameHash(message: Uint8Array, start: number): number {
  let end = start;
  const most = Math.min(start + NAME_READ, message.length);
  while (end < most && !isStop(message[end]!)) end++;
  return hashOctets(message, start, end);
}

function isStop(octet: number): boolean {
  return octet <= BLANK || octet === GREATER || octet === SLASH;
}

/** The name that the last end tag but one has, which is that of the Body. */
function bodyHash(message: Uint8Array): number {
  let at = message.length;
  for (let count = 0; count < 2 && at > 0; ) if (message[--at] === LESS) count++;
  return nameHash(message, at + 2);
}
