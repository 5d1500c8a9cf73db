// A signature that is encrypted proves before anything of it, or of the Body, is looked at (T37); and says what it says in full.
import { contextSource } from '@parley/core';
import { open, policyOf, type SealRequest, Workspace } from '@parley/engine';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { AskedByTemplate } from '../../../packages/engine/src/templates/asked-by-template.ts';
import { HiddenSignature } from '../../../packages/engine/src/templates/hidden-signature.ts';
import { openByTemplate } from '../../../packages/engine/src/templates/open-by-template.ts';
import { shelvesOf } from '../../../packages/engine/src/templates/template-shelf.ts';
import { NOW_MS, sampleContext, sampleEnvelope, sampleRandom, sampleRequest, sealed } from '../support/sample.ts';
import { signedAgain, takenApart } from './forged.ts';

const POLICY = policyOf();
const CONTENT = `<m:Order xmlns:m="urn:m" at="noon">${'<m:Line>one</m:Line>'.repeat(20)}</m:Order>`;
const SUITES = ['Basic256Sha256', 'Basic256GCMSha256'] as const;

let seed = 1;
function message(suite: (typeof SUITES)[number], content = CONTENT, changes: Partial<SealRequest> = {}): Uint8Array {
  const context = sampleContext({ suite });
  return sealed(
    sampleEnvelope(content),
    sampleRequest({ context, encrypt: 'body-and-signature', fillRandom: sampleRandom(seed++), ...changes }),
  );
}

function requestWith(workspace: Workspace, suite: (typeof SUITES)[number]) {
  return { atMs: NOW_MS, policy: POLICY, contexts: contextSource([sampleContext({ suite })]), workspace };
}

function warmed(suite: (typeof SUITES)[number], octets: () => Uint8Array = () => message(suite)): Workspace {
  const workspace = new Workspace();
  for (let time = 0; time < 3; time++) open(octets(), requestWith(workspace, suite));
  expect(workspace.templates).toEqual({ opened: 1, learned: 1, sealed: 0 });
  return workspace;
}

function replaced(octets: Uint8Array, pattern: RegExp, text: string): Uint8Array {
  const before = Buffer.from(octets).toString('latin1');
  expect(before).toMatch(pattern);
  return new Uint8Array(Buffer.from(before.replace(pattern, text), 'latin1'));
}

describe.each(SUITES)('T37 T111: of %s', (suite) => {
  const whole = requestWith(new Workspace({ templatesMax: 0 }), suite);

  test('what the template says of every Body is what the whole way says', () => {
    const workspace = new Workspace();
    const value = fc.stringMatching(/^[ -%'-;=?-~]{0,40}$/);
    fc.assert(
      fc.property(value, fc.nat({ max: 3 }), (text, lines) => {
        const octets = message(suite, `<m:a xmlns:m="urn:m">${`<m:b>${text}</m:b>`.repeat(lines)}</m:a>`);
        expect(open(octets, requestWith(workspace, suite))).toEqual(open(octets, whole));
      }),
      { numRuns: 24 },
    );
    expect(workspace.templates.opened).toBeGreaterThan(12);
  });

  test('plaintext of the signature, or of the Body, that is not what was signed is refused, and in CBC compared with nothing', () => {
    const workspace = warmed(suite);
    const { plain, encrypted } = takenApart(message(suite), whole);
    const text = new TextDecoder('latin1').decode(plain);
    const [start, end] = [text.indexOf('<ds:Signature'), text.indexOf('</ds:Signature>')];
    const find = vi.spyOn(shelvesOf(workspace, POLICY)!.decrypted, 'find');
    const inSignature = fc.integer({ min: start, max: end - 1 });
    const inBody = fc.nat({ max: CONTENT.length - 1 }).map((at) => text.indexOf('<m:Order') + at);
    fc.assert(
      fc.property(fc.oneof(inSignature, inBody), fc.nat({ max: 255 }), fc.nat({ max: 255 }), (at, octet, padding) => {
        const changed = plain.slice();
        changed[at] = octet;
        const octets = encrypted(changed, (paddingBytes) => new Uint8Array(paddingBytes).fill(padding));
        find.mockClear();
        const proven = openByTemplate(octets, requestWith(workspace, suite), new AskedByTemplate());
        const full = open(octets, whole);
        // What no signature is over, its own Id, may be any.
        expect(find.mock.calls.length).toBeGreaterThanOrEqual(proven === undefined ? 0 : 1);
        // What GCM gives was made by who has the key.
        if (!full.ok && suite === 'Basic256Sha256') expect(find.mock.calls.length).toBe(0);
        if (proven !== undefined) expect(full).toEqual({ ok: true, value: proven.opened });
      }),
      { numRuns: 50 },
    );
  });

  test('a signature may have an Id of another length, and no other key', () => {
    const workspace = warmed(suite);
    const { encrypted, plain } = takenApart(message(suite), whole);
    const opened = (changed: Uint8Array) =>
      openByTemplate(encrypted(changed), requestWith(workspace, suite), new AskedByTemplate())?.opened;
    for (const id of ['a', 'b'.repeat(100)]) {
      const changed = replaced(plain, /(<ds:Signature [^>]*Id=)"[^"]*"/, `$1"${id}"`);
      expect(opened(changed)).toEqual((open(encrypted(changed), whole) as { value: unknown }).value);
    }
    // Both keys are of one context; the other one is that of the cipher.
    const keys = [
      ...new TextDecoder('latin1')
        .decode(plain)
        .matchAll(/<wssc:DerivedKeyToken [^>]*Id="([^"]*)"|<c:DerivedKeyToken [^>]*Id="([^"]*)"/g),
    ];
    const other = keys[1]![1] ?? keys[1]![2]!;
    const named = replaced(plain, /(<ds:KeyInfo>.*?URI=)"#[^"]*"/s, `$1"#${other}"`);
    const again = signedAgain(named, whole);
    expect(opened(again)).toBeUndefined();
    expect(open(encrypted(again), requestWith(workspace, suite))).toEqual(open(encrypted(again), whole));
  });
});

test('T111: how long a signature may be is told by what is known beside it, whatever it says', () => {
  const constant = new TextEncoder().encode('<a Id="');
  const segments = [
    { constant, names: -1, bytes: 3 },
    { constant, names: 0, bytes: 0 },
    { constant, names: -1, bytes: 0 },
  ];
  const octets = new TextEncoder().encode('names');
  const message = { octets, holes: Int32Array.of(0, octets.length) };
  const hidden = new HiddenSignature({ segments, signedInfo: [{ constant, hole: 1 }], elastic: 0 });
  const bytes = (elastic: number): number => 3 * constant.length + octets.length + 1 + elastic;
  expect(hidden.mayBe(bytes(256), bytes(256) + 16, message)).toBe(true);
  expect(hidden.mayBe(bytes(257), bytes(257) + 16, message)).toBe(false);
  expect(hidden.mayBe(bytes(0) - 16, bytes(0), message)).toBe(false);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (plaintext) => {
      hidden.mayBe(0, 1000, message);
      expect(hidden.read(plaintext, message)).toBe(false);
      const to = new Uint8Array(hidden.signedInfoBytes);
      hidden.writeSignedInfo(to, 0);
      expect(Buffer.from(to.subarray(0, constant.length))).toEqual(Buffer.from(constant));
    }),
    { numRuns: 50 },
  );
});
