import { hashOctets } from '../../../packages/codec/src/hot/octets/octet-hash.ts';
import { octets } from './reading.ts';

/** Names that all fall into the first slot of every table of up to 4096 slots. */
export function collidingNames(count: number): string[] {
  const names: string[] = [];
  for (let number = 0; names.length < count; number++) {
    // In descending order they are in no canonical order, so that doubles are looked for by hash.
    const name = `n${(0xffffffff - number).toString(36)}`;
    const bytes = octets(name);
    if ((hashOctets(bytes, 0, bytes.length) & 4095) === 0) names.push(name);
  }
  return names;
}
