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

/** Names of eight octets that have one hash, and have it too behind `lead`, which has none or four. */
export function namesOfOneHash(count: number, lead: '' | `${string}:` = ''): string[] {
  const names: string[] = [];
  let word: number | undefined;
  for (let number = 0; names.length < count; number++) {
    const early = `n${number.toString(36).padStart(3, '0')}`;
    // The hash takes in four octets and then four more: the later ones make up for what the early ones did.
    const state = [lead, early].reduce(stateAfter, lead.length + 8);
    word ??= state ^ wordOf('last');
    const late = octetsOf(state ^ word);
    if (/^[a-z0-9]{4}$/.test(late)) names.push(early + late);
  }
  return names;
}

function stateAfter(before: number, four: string): number {
  if (four === '') return before;
  const state = Math.imul(before ^ wordOf(four), 0x9e3779b1);
  return state ^ (state >>> 15);
}

function wordOf(four: string): number {
  return Buffer.from(four).readInt32LE(0);
}

function octetsOf(word: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(word);
  return bytes.toString('latin1');
}
