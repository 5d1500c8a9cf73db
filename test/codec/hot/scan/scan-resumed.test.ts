// Where the WebAssembly scanner gives up, the plain one goes on: with the refusal that it makes when it reads all of it, at no
// more cost than that of the last tag or text.
import { readdirSync, readFileSync } from 'node:fs';
import { scan, Tape } from '@parley/codec';
import { E } from '@parley/codec/internal';
import { DEFAULT_LIMITS } from '@parley/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scanRootByModule } from '../../../../packages/codec/src/hot/scan/scan-module.ts';
import { mutated } from '../../../fuzz/src/documents/mutation.ts';
import { Random } from '../../../fuzz/src/documents/random.ts';
import { namesOfOneHash } from '../../support/colliding-names.ts';
import { MALFORMATIONS, malformed } from '../../support/malformations.ts';
import { octets, textOfOctets } from '../../support/reading.ts';
import { scanOutcome } from '../../support/scan-outcome.ts';

const VECTORS = new URL('../../../vectors/', import.meta.url);
const KINDS = Object.entries(MALFORMATIONS);

function expectSame(bytes: Uint8Array): object {
  const plain = scanOutcome(bytes, { plainly: true });
  expect(scanOutcome(bytes, {}), textOfOctets(bytes.subarray(-512))).toEqual(plain);
  return plain;
}

function vectors(...folders: readonly string[]): Uint8Array[] {
  return folders.flatMap((folder) =>
    readdirSync(new URL(`${folder}/`, VECTORS))
      .filter((file) => file.endsWith('.xml'))
      .map((file) => new Uint8Array(readFileSync(new URL(`${folder}/${file}`, VECTORS)))),
  );
}

function tagsOf(bytes: Uint8Array): number {
  return bytes.filter((octet) => octet === 0x3e).length;
}

const message = new Uint8Array(readFileSync(new URL('bench/signed-5k.xml', VECTORS)));

describe.each(KINDS)('%s', (_, wrong) => {
  test('is refused alike wherever it stands', () => {
    for (const place of [1, 2, 3, 40, 80]) expect(expectSame(malformed(message, wrong, place))).toHaveProperty('code');
  });

  test('costs the plain scanner no more than its own octets', () => {
    const tape = new Tape();
    scan(message, DEFAULT_LIMITS, tape);
    const start = tape.elements[E.start] as number;
    const bytes = malformed(message, wrong, 1);
    tape.clear();
    tape.bytes = bytes;
    const reached = scanRootByModule(tape, DEFAULT_LIMITS, start, bytes.lastIndexOf(0x3e));
    const end = message.lastIndexOf(0x3e, message.lastIndexOf(0x3e) - 1) + 1;
    expect(reached).toHaveProperty('at');
    expect(typeof reached === 'number' ? 0 : reached.at).toBeGreaterThanOrEqual(end);
  });
});

test('every vector is refused alike with anything wrong in it anywhere', () => {
  const documents = vectors('wssc-adversarial', 'wssc-valid', 'field-cases', 'protocol').filter(
    (bytes) => tagsOf(bytes) > 0,
  );
  expect(documents.length).toBeGreaterThan(200);
  const document = fc.constantFrom(...documents);
  const wrong = fc.constantFrom(...KINDS.map(([, octetsOfKind]) => octetsOfKind));
  fc.assert(
    fc.property(document, wrong, fc.nat(60), fc.nat(), (bytes, what, place, seed) => {
      expectSame(malformed(bytes, what, place % tagsOf(bytes)));
      expectSame(mutated(bytes, new Random(seed)));
    }),
    { numRuns: 1000 },
  );
});

// The module finds names by other hashes than the plain scanner does, which refuses names that are made to collide.
test.each(['prefixes', 'namespaces'])(
  '%s that collide in the plain scanner alone are refused where they stand',
  (what) => {
    const names = namesOfOneHash(8, what === 'namespaces' ? 'urn:' : '');
    const declared = names.map((name, at) =>
      what === 'namespaces' ? `<n xmlns="urn:${name}"/>` : `<${name}:n xmlns:${name}="urn:${at}"/>`,
    );
    const document = octets(`<a><b xmlns:p="urn:p"><!-- -->${declared.join('')}</b></a>`);
    for (const [, wrong] of KINDS) {
      expect(expectSame(malformed(document, wrong, 1))).toHaveProperty('code', 'peer.limit-namespaces');
    }
  },
);

test('declarations are in scope where the plain scanner goes on, and only there', () => {
  const within = (outer: string, inner: string): Uint8Array =>
    octets(
      `<a xmlns="urn:1" xmlns:p="urn:2"><p:gone xmlns="" xmlns:p="urn:3" xmlns:q="urn:4"/>${outer}<p:b xmlns:p="urn:5">${inner}</p:b><c/></a>`,
    );
  for (const inner of [
    '<p:é/>',
    '<q:é/>',
    '<é xmlns:p="urn:6" p:a="" xmlns=""/><p:d/>',
    '<?pi ?>',
    '<p:d p:é="" é=""/>',
  ]) {
    expectSame(within('', inner));
    expectSame(within('<!-- -->text &amp; more', inner));
    expectSame(within('<d xmlns="" Id="i"/><e Id="j"/>', inner));
  }
});
