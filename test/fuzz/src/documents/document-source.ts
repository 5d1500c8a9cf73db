/** The documents of the differential fuzzer: document `number` of `seed` is always the same. */
import { readdirSync, readFileSync } from 'node:fs';
import { mutated } from './mutation.ts';
import { Random } from './random.ts';
import { randomDocument } from './random-document.ts';
import { splicedDocument } from './spliced-document.ts';

const encoder = new TextEncoder();
const MESSAGES = new URL('../../../vectors/wssc-valid/', import.meta.url);

export interface NumberedDocument {
  readonly bytes: Uint8Array;
  /** Where the choices about this document go on. */
  readonly random: Random;
}

/** Real messages, smallest first; they are what most slices are made of. */
const messages: readonly Uint8Array[] = readdirSync(MESSAGES)
  .filter((name) => name.endsWith('.xml'))
  .map((name) => new Uint8Array(readFileSync(new URL(name, MESSAGES))))
  .sort((one, other) => one.length - other.length)
  .slice(0, 12);

/** Of 100: 60 well-formed, 25 damaged, 12 spliced of two, 3 real messages with some damage. */
export function numberedDocument(seed: number, number: number): NumberedDocument {
  const random = new Random(Math.imul(seed, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b));
  return { bytes: documentOf(random), random };
}

function documentOf(random: Random): Uint8Array {
  const kind = random.below(100);
  if (kind < 60) return generated(random);
  if (kind < 85) return mutated(generated(random), random);
  if (kind < 97) return splicedDocument(generated(random), generated(random), random);
  return mutated(random.pick(messages), random);
}

function generated(random: Random): Uint8Array {
  return encoder.encode(randomDocument(random));
}
