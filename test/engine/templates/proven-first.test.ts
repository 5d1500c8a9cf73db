// What CBC gives is proven before anything depends on what it says, by a template as well; and asked for once (T37).
import { contextSource } from '@parley/core';
import { open, policyOf, type ReplayMemory, type SealRequest, Workspace } from '@parley/engine';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { AskedByTemplate } from '../../../packages/engine/src/templates/asked-by-template.ts';
import { openByTemplate } from '../../../packages/engine/src/templates/open-by-template.ts';
import { shelvesOf } from '../../../packages/engine/src/templates/template-shelf.ts';
import { NOW_MS, sampleContext, sampleEnvelope, sampleRandom, sampleRequest, sealed } from '../support/sample.ts';
import { takenApart } from './forged.ts';

const POLICY = policyOf();
const CONTEXTS = contextSource([sampleContext()]);
const CONTENT = `<m:Order xmlns:m="urn:m" at="noon">${'<m:Line>one</m:Line>'.repeat(20)}</m:Order>`;

let seed = 1;
function message(changes: Partial<SealRequest> = {}, content = CONTENT): Uint8Array {
  return sealed(
    sampleEnvelope(content),
    sampleRequest({ encrypt: 'body', fillRandom: sampleRandom(seed++), ...changes }),
  );
}

function requestWith(workspace: Workspace, replays?: ReplayMemory) {
  return { atMs: NOW_MS, policy: POLICY, contexts: CONTEXTS, workspace, replays };
}

function warmed(changes: Partial<SealRequest> = {}): Workspace {
  const workspace = new Workspace();
  for (let time = 0; time < 3; time++) open(message(changes), requestWith(workspace));
  expect(workspace.templates).toEqual({ opened: 1, learned: 1, sealed: 0 });
  return workspace;
}

/** Octets of the padded plaintext for others; the last one is what the padding is read from. */
interface Forgery {
  readonly at: number;
  readonly octet: number;
  readonly padding: number;
}

const forgery: fc.Arbitrary<Forgery> = fc.record({
  at: fc.nat({ max: CONTENT.length - 1 }),
  octet: fc.nat({ max: 255 }),
  padding: fc.nat({ max: 255 }),
});

function forged(octets: Uint8Array, { at, octet, padding }: Forgery): Uint8Array {
  const { plain, encrypted } = takenApart(octets, requestWith(new Workspace()));
  const changed = plain.slice();
  changed[new TextDecoder('latin1').decode(plain).indexOf('<m:Order') + at] = octet;
  return encrypted(changed, (paddingBytes) => new Uint8Array(paddingBytes).fill(padding));
}

describe.each<SealRequest['keys']>(['explicit', 'implied'])('T37 T108: of a template, %s keys', (keys) => {
  test('what was decrypted and is not what was signed is compared with nothing', () => {
    const workspace = warmed({ keys });
    const good = message({ keys });
    const find = vi.spyOn(shelvesOf(workspace, POLICY)!.decrypted, 'find');
    fc.assert(
      fc.property(forgery, (change) => {
        const octets = forged(good, change);
        find.mockClear();
        const proven = openByTemplate(octets, requestWith(workspace), new AskedByTemplate());
        expect(find.mock.calls.length).toBe(proven === undefined ? 0 : 1);
        const full = open(octets, requestWith(new Workspace({ templatesMax: 0 })));
        expect(full.ok).toBe(proven !== undefined);
      }),
      { numRuns: 60 },
    );
    expect(openByTemplate(good, requestWith(workspace), new AskedByTemplate())).toBeDefined();
  });
});

test('T108: a Body that must be looked at to be made canonical has no template', () => {
  const workspace = new Workspace();
  const content = '<m:a xmlns:m="urn:m"><m:b></m:b></m:a>';
  for (let time = 0; time < 8; time++) {
    const { plain, forged: again } = takenApart(message({}, content), requestWith(new Workspace()));
    const shortened = new TextDecoder().decode(plain).replace('<m:b></m:b>', '<m:b/>');
    expect(open(again(new TextEncoder().encode(shortened)), requestWith(workspace)).ok).toBe(true);
  }
  expect(workspace.templates).toEqual({ opened: 0, learned: 0, sealed: 0 });
});

test.each([
  ['as it is', '<m:a xmlns:m="urn:m"><m:b>1</m:b></m:a>'],
  ['with declarations that nothing uses', '<m:a xmlns:n="urn:n" xmlns:m="urn:m" c="d"><m:b>1</m:b></m:a>'],
  ['with nothing in it', '<m:a xmlns:m="urn:m"/>'],
  ['of several elements', '<m:a xmlns:m="urn:m">1</m:a><m:b xmlns:m="urn:m">2</m:b>'],
])('a Body %s has one', (_, content) => {
  const workspace = new Workspace();
  for (let time = 0; time < 4; time++) expect(open(message({}, content), requestWith(workspace)).ok).toBe(true);
  expect(workspace.templates).toEqual({ opened: 2, learned: 1, sealed: 0 });
});

test('T37 T108: the same is asked of a replay memory and answered as the whole way does, whatever came before', () => {
  const good = [0, 1].map(() => message());
  const signedLast = message({ order: 'encrypt-then-sign' });
  const anyMessage = fc.oneof(
    fc.constantFrom(...good, signedLast),
    fc.tuple(fc.constantFrom(...good), forgery).map(([octets, change]) => forged(octets, change)),
    fc.nat({ max: 500 }).map((at) => good[0]!.map((octet, place) => (place === 3 * at ? octet ^ 1 : octet))),
  );
  fc.assert(
    fc.property(fc.array(anyMessage, { minLength: 2, maxLength: 6 }), (messages) => {
      const [known, whole] = [new Set<string>(), new Set<string>()];
      const workspace = warmed();
      for (const octets of messages) {
        const said = open(octets, requestWith(workspace, memoryOf(known)));
        expect(said).toEqual(open(octets, requestWith(new Workspace({ templatesMax: 0 }), memoryOf(whole))));
        expect([...known]).toEqual([...whole]);
      }
    }),
    { numRuns: 25 },
  );
});

function memoryOf(seen: Set<string>): ReplayMemory {
  return {
    insertIfAbsent: (scope, key, untilMs) => {
      const entry = `${scope} ${key} ${untilMs}`;
      const isNew = !seen.has(entry);
      seen.add(entry);
      return isNew;
    },
  };
}
