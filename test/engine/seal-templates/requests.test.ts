// Requests that are not what they seem, and chance that has its own ways: templates see of them what the whole way sees.
import { contextSource, Secret, type SecurityContext } from '@parley/core';
import { open, policyOf, type SealRequest, seal, Workspace } from '@parley/engine';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Patched } from '../../../packages/engine/src/seal-templates/patched.ts';
import { NOW_MS, sampleContext, sampleEnvelope, sampleRandom, sampleRequest, sealed } from '../support/sample.ts';

const ADDRESSING = 'http://www.w3.org/2005/08/addressing';
const context = sampleContext();
const envelope = new TextEncoder().encode(
  new TextDecoder().decode(sampleEnvelope()).replace('</s:Header>', '<n:Own xmlns:n="urn:n">own</n:Own></s:Header>'),
);

/** Ways to say more than what can be listed of an object. */
const HIDING: readonly [string, (object: object, more: object) => object][] = [
  ['inherited', (object, more) => Object.assign(Object.create(more), object)],
  [
    'by its class',
    (object, more) => {
      const said = Object.entries(more).map(([name, value]) => [name, { get: (): unknown => value }] as const);
      return Object.assign(Object.create(Object.create({}, Object.fromEntries(said))), object);
    },
  ],
  [
    'unlisted',
    (object, more) => {
      const said = Object.entries(more).map(([name, value]) => [name, { value }] as const);
      return Object.defineProperties({ ...object }, Object.fromEntries(said));
    },
  ],
];

const MORE: readonly Partial<SealRequest>[] = [
  { encryptHeaders: [{ namespace: ADDRESSING, localName: 'To' }] },
  { role: 'urn:role' },
  { mac: 'hmac-sha512' },
  { mustUnderstand: false },
  { suite: 'Basic128' },
  { layout: 'lax-timestamp-last' },
];

/** Seals it again and again, with templates and without. */
function expectSame(workspace: Workspace, requestOf: (workspace: Workspace, turn: number) => SealRequest): void {
  const whole = new Workspace({ templatesMax: 0 });
  for (let turn = 0; turn < 4; turn++)
    expect(seal(envelope, requestOf(workspace, turn))).toEqual(seal(envelope, requestOf(whole, turn)));
}

function warmed(): Workspace {
  const workspace = new Workspace();
  for (let time = 0; time < 3; time++) sealed(envelope, sampleRequest({ workspace, context }));
  expect(workspace.templates.sealed).toBe(1);
  return workspace;
}

describe.each(HIDING)('T112: what a request says %s is heard', (_, hiding) => {
  test.each(MORE)('%o', (more) => {
    for (const workspace of [new Workspace(), warmed()])
      expectSame(workspace, (into, turn) => {
        const request = sampleRequest({ workspace: into, context, fillRandom: sampleRandom(turn) });
        return hiding(request, more) as SealRequest;
      });
  });

  test('of what is signed', () => {
    const sign = { body: true, addressing: true, timestamp: true };
    const headers = [{ namespace: 'urn:n', localName: 'Own' }];
    expectSame(warmed(), (workspace) =>
      sampleRequest({ workspace, context, sign: hiding(sign, { headers }) as typeof sign }),
    );
  });
});

test.each<[string, Partial<SealRequest>, (held: SecurityContext) => void]>([
  ['another secret', {}, (held) => Object.assign(held.keys[0]!, { secret: Secret.copyOf(new Uint8Array(32).fill(3)) })],
  [
    'a secret that is too short',
    { keys: 'direct' },
    (held) => Object.assign(held.keys[0]!, { secret: Secret.copyOf(new Uint8Array(5)) }),
  ],
  ['no secret', {}, (held) => Object.assign(held.keys[0]!, { secret: undefined })],
  ['an instance', {}, (held) => Object.assign(held.keys[0]!, { instance: 'urn:instance' })],
  ['an instance that is not to be written', {}, (held) => Object.assign(held.keys[0]!, { instance: ' ' })],
  ['no keys', {}, (held) => Object.assign(held, { keys: [] })],
  ['an end', {}, (held) => Object.assign(held, { cancelledAtMs: NOW_MS - 1 })],
  ['another name', {}, (held) => Object.assign(held, { identifier: 'urn:uuid:another' })],
  ['no name', {}, (held) => Object.assign(held, { identifier: '' })],
  ['another generation', {}, (held) => Object.assign(held, { version: '200502' })],
])('T112: a context that is given %s in its place is judged again', (_, more, change) => {
  const held = sampleContext();
  const workspace = new Workspace();
  const requestOf = (into: Workspace, turn: number): SealRequest =>
    sampleRequest({ workspace: into, context: held, fillRandom: sampleRandom(turn), ...more });
  for (let time = 0; time < 3; time++) sealed(envelope, requestOf(workspace, time));
  expect(workspace.templates.sealed).toBe(1);
  change(held);
  expectSame(workspace, requestOf);
});

test('what was filled in is forgotten, and filled in again is the same', () => {
  const values = fc.uniqueArray(fc.stringMatching(/^[a-z]{8}$/), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(values, fc.array(fc.nat(3), { minLength: 1, maxLength: 8 }), (texts, order) => {
      const whole = order.map((place) => `<${texts[place % texts.length]}>`).join('');
      const patched = new Patched(new TextEncoder().encode(whole), texts, 3);
      const filled = (): string => new TextDecoder().decode(patched.fill(texts).octets.subarray(patched.start));
      for (const _time of [1, 2]) {
        expect(filled()).toBe(whole);
        patched.forget();
        expect(new TextDecoder().decode(patched.octets.subarray(patched.start))).toBe(whole.replaceAll(/[a-z]/g, '\0'));
      }
    }),
  );
});

test.each([
  ['as many contexts as there is room for are all known', 64, 64],
  ['of more in turn, those that there is room for stay known', 80, 64],
])('%s', (_, contextCount, knownCount) => {
  const workspace = new Workspace();
  const contexts = Array.from({ length: contextCount }, (_each, at) => sampleContext({ identifier: `urn:c${at}` }));
  const round = (): number => {
    const before = workspace.templates.sealed;
    for (const each of contexts) sealed(envelope, sampleRequest({ workspace, context: each }));
    return workspace.templates.sealed - before;
  };
  for (let rounds = 0; rounds < 3; rounds++) round();
  expect(round()).toBe(knownCount);
  expect(round()).toBe(knownCount);
});

test('T112: contexts of two messages each do not have a template made for each', () => {
  const workspace = new Workspace({ templatesMax: 4 });
  for (let turn = 0; turn < 40; turn++) {
    const request = sampleRequest({ workspace, context: sampleContext({ identifier: `urn:uuid:${turn}` }) });
    for (let time = 0; time < 2; time++) sealed(envelope, request);
  }
  expect(workspace.templates).toEqual({ opened: 0, sealed: 0, learned: 4 });
});

describe('T112: whoever fills with chance', () => {
  test.each([['seals'], ['opens']])('%s another message meanwhile', (what) => {
    const own = new Workspace();
    const elsewhere = (): void => {
      const other = sampleEnvelope('<o:x xmlns:o="urn:o">another</o:x>');
      const message = sealed(other, sampleRequest({ context, workspace: own }));
      const request = { atMs: NOW_MS, policy: policyOf(), contexts: contextSource([context]), workspace: own };
      if (what === 'opens') expect(open(message, request).ok).toBe(true);
    };
    const workspace = new Workspace();
    expectSame(workspace, (into, turn) => {
      const fill = sampleRandom(turn);
      const fillRandom = (out: Uint8Array): void => {
        elsewhere();
        fill(out);
      };
      return sampleRequest({ workspace: into, context, encrypt: 'body-and-signature', fillRandom });
    });
    expect(workspace.templates.sealed).toBe(2);
  });

  test('is asked again after each failure, and for no octets twice', () => {
    for (let failing = 0; failing < 4; failing++) {
      const workspace = new Workspace();
      const asked: number[][] = [[], []];
      for (const [place, into] of [workspace, new Workspace({ templatesMax: 0 })].entries()) {
        for (let turn = 0; turn < 5; turn++) {
          let count = 0;
          const fillRandom = (out: Uint8Array): void => {
            asked[place]!.push(out.length);
            if (turn === 3 && count++ === failing) throw new Error('no chance');
            out.fill(asked[place]!.length);
          };
          const request = sampleRequest({ workspace: into, context, encrypt: 'body-and-signature', fillRandom });
          expect(seal(envelope, request).ok).toBe(turn !== 3);
        }
      }
      expect(asked[0]).toEqual(asked[1]);
      expect(workspace.templates.sealed).toBe(2);
    }
  });
});
