import type { Random } from './random.ts';

/** `host` with one run between tags replaced by one of `guest`: an element, a few, half of one, or a text. */
export function splicedDocument(host: Uint8Array, guest: Uint8Array, random: Random): Uint8Array {
  const [start, end] = tagRun(host, random);
  const [from, to] = tagRun(guest, random);
  return new Uint8Array(Buffer.concat([host.subarray(0, start), guest.subarray(from, to), host.subarray(end)]));
}

/** From one `<` to a later one, mostly to one near it. */
function tagRun(bytes: Uint8Array, random: Random): readonly [start: number, end: number] {
  const start = nextTag(bytes, random.below(bytes.length));
  let end = start;
  for (let left = random.below(5); left > 0; left--) end = nextTag(bytes, Math.min(end + 1, bytes.length));
  return [start, end];
}

function nextTag(bytes: Uint8Array, from: number): number {
  const at = bytes.indexOf(0x3c, from);
  return at < 0 ? bytes.length : at;
}
