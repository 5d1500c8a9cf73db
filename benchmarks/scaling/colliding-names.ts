/** The codec's own hash, which is not public: names that collide have to be found by it. */
interface OctetHash {
  readonly hashOctets: (bytes: Uint8Array, start: number, end: number) => number;
}

const HASH = new URL('../../../packages/codec/dist/hot/octets/octet-hash.js', import.meta.url);
const { hashOctets } = (await import(HASH.href)) as OctetHash;

/** Slots of the largest table that {@link collidingNames} of a few hundred fill. */
const SLOTS = 4096;

/** Names of eight octets, in descending order, that all fall into the first slot of a table. */
export function collidingNames(count: number): readonly string[] {
  const encoder = new TextEncoder();
  const names: string[] = [];
  for (let number = 0; names.length < count; number++) {
    const name = `n${(0xffffffff - number).toString(36)}`;
    const bytes = encoder.encode(name);
    if ((hashOctets(bytes, 0, bytes.length) & (SLOTS - 1)) === 0) names.push(name);
  }
  return names;
}
