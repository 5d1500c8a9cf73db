// Every ceiling and every floor, at the wall and on both sides of it, at zero and without end.
import { scan, Tape } from '@parley/codec';
import type { FailedReply, Limits } from '@parley/core';
import { DEFAULT_LIMITS } from '@parley/core';
import { open, policyOf } from '@parley/engine';
import { describe, expect, test } from 'vitest';
import { E, ELEMENT_WORDS } from '../../../packages/codec/src/tape/tape.ts';
import { sampleContext, sampleEnvelope, sampleRequest, sealed, text } from '../support/sample.ts';
import { type Original, OTHERS, originalOf, SEALED } from './originals.ts';

interface Wall {
  readonly original: Original;
  /** What the message needs of the limit. */
  readonly wall: number;
  readonly code: string;
}

const { request } = SEALED[0]!;
const signed = originalOf('signed', sealed(sampleEnvelope(), sampleRequest()), request);
const encrypted = originalOf('encrypted', sealed(sampleEnvelope(), sampleRequest({ encrypt: 'body' })), request);
const large = originalOf('large', sealed(sampleEnvelope(`<x>${'y'.repeat(80_000)}</x>`), sampleRequest()), request);
const labelled = OTHERS.find(({ name }) => name === 'label')!;
const offset = OTHERS.find(({ name }) => name === 'offset-16')!;
const shape = measured(signed.message);

/** Of what no context's message needs: test/core/x509, and open-x509, open-username and assertions.test.ts of test/engine. */
type OfBootstraps =
  | 'certificateBytesMax'
  | 'certificatesMax'
  | 'encryptedKeysMax'
  | 'passwordBytesMax'
  | 'passwordIterationsMax'
  | 'passwordIterationsMin'
  | 'passwordKeysMax'
  | 'assertionsMax'
  | 'assertionBytesMax';

// No limit can be added without a line here.
const WALLS: Readonly<Record<Exclude<keyof Limits, OfBootstraps>, Wall>> = {
  messageBytesMax: { original: signed, wall: signed.message.length, code: 'peer.limit-message-size' },
  depthMax: { original: signed, wall: shape.depth, code: 'peer.limit-depth' },
  nodesMax: { original: signed, wall: shape.nodes, code: 'peer.limit-nodes' },
  attributesPerElementMax: { original: signed, wall: shape.attributes, code: 'peer.limit-attributes' },
  namespacesPerElementMax: { original: signed, wall: shape.namespaces, code: 'peer.limit-namespaces' },
  nameBytesMax: { original: signed, wall: shape.nameBytes, code: 'peer.limit-name' },
  attributeValueBytesMax: { original: signed, wall: shape.valueBytes, code: 'peer.limit-value' },
  identifierBytesMax: { original: signed, wall: sampleContext().identifier.length, code: 'peer.limit-value' },
  headerBlocksMax: { original: signed, wall: 5, code: 'peer.limit-nodes' },
  signaturesMax: { original: signed, wall: 1, code: 'peer.limit-signatures' },
  referencesMax: { original: signed, wall: 6, code: 'peer.limit-references' },
  transformsMax: { original: signed, wall: 1, code: 'peer.limit-transforms' },
  tokensMax: { original: encrypted, wall: 3, code: 'peer.limit-tokens' },
  encryptedPartsMax: { original: encrypted, wall: 1, code: 'peer.limit-encrypted-parts' },
  derivedKeyBytesMin: { original: signed, wall: 24, code: 'peer.dk-limit' },
  derivedKeyBytesMax: { original: encrypted, wall: 32, code: 'peer.dk-limit' },
  derivedKeyOffsetMax: { original: offset, wall: 16, code: 'peer.dk-limit' },
  derivationDepthMax: { original: signed, wall: 1, code: 'peer.dk-limit' },
  nonceBytesMin: { original: signed, wall: 16, code: 'peer.dk-limit' },
  nonceBytesMax: { original: signed, wall: 16, code: 'peer.dk-limit' },
  labelBytesMax: { original: labelled, wall: labelBytes(labelled.message), code: 'peer.dk-limit' },
  canonicalFactorMax: { original: large, wall: 1, code: 'peer.limit-cost' },
};

describe.each(Object.entries(WALLS) as readonly (readonly [keyof Limits, Wall])[])(
  'T28 T32 T45 T48 T49 T50 T80: %s',
  (limit, wall) => {
    const isFloor = limit.endsWith('Min');

    test.each([
      ['one below the wall', wall.wall - 1, isFloor],
      ['the wall', wall.wall, true],
      ['one above the wall', wall.wall + 1, !isFloor],
      ['0, which is no absence of a limit', 0, isFloor],
      ['as large as can be', Number.MAX_SAFE_INTEGER, !isFloor],
    ])('%s', (_name, value, isOpened) => {
      expect(outcome(wall.original, { [limit]: value })).toBe(isOpened ? 'opened' : wall.code);
    });

    test('the refusal names the limit, its value and what was found', () => {
      const value = isFloor ? wall.wall + 1 : wall.wall - 1;
      const { message, request: rest } = wall.original;
      const policy = policyOf('strict', { ...rest.policy, limits: { [limit]: value } });
      const reply = open(message, { ...rest, policy });
      const bound = isFloor ? { least: value } : { max: value };
      const named = limit === 'canonicalFactorMax' ? { limit: 'canonicalBytesMax' } : { limit, ...bound };
      expect(reply).toMatchObject({ ok: false, code: wall.code, detail: named });
      const { max = 0, least = 0, found } = (reply as FailedReply).detail;
      if (isFloor) expect(found).toBeLessThan(Number(least));
      else expect(found).toBeGreaterThan(Number(max));
    });
  },
);

test.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '1' as unknown as number])('T80: %s is no limit', (value) => {
  for (const limit of Object.keys(DEFAULT_LIMITS)) {
    expect(() => policyOf('strict', { limits: { [limit]: value } }), limit).toThrow('caller.option-invalid');
  }
});

function outcome({ message, request: { policy, ...rest } }: Original, limits: Partial<Limits>): string {
  const reply = open(message, { ...rest, policy: policyOf('strict', { ...policy, limits }) });
  return reply.ok ? 'opened' : reply.code;
}

interface Shape {
  readonly depth: number;
  readonly nodes: number;
  readonly attributes: number;
  readonly namespaces: number;
  readonly nameBytes: number;
  readonly valueBytes: number;
}

/** The most of everything that a scanner counts. */
function measured(message: Uint8Array): Shape {
  const tape = new Tape();
  scan(message, DEFAULT_LIMITS, tape);
  const word = (element: number, at: number): number => tape.elements[element * ELEMENT_WORDS + at]!;
  const depthOf = (element: number): number => (element < 0 ? 0 : 1 + depthOf(word(element, E.parent)));
  const elements = Array.from({ length: tape.elementCount }, (_, element) => element);
  return {
    depth: Math.max(...elements.map(depthOf)),
    nodes: tape.elementCount + tape.attributeCount + tape.declarationCount,
    attributes: Math.max(...elements.map((element) => word(element, E.attributeCount))),
    namespaces: Math.max(...elements.map((element) => word(element, E.declarationCount))),
    nameBytes: Math.max(...elements.map((element) => word(element, E.nameEnd) - word(element, E.start) - 1)),
    // Namespace names are values too.
    valueBytes: Math.max(...[...text(message).matchAll(/="([^"]*)"/g)].map(([, value]) => value!.length)),
  };
}

function labelBytes(message: Uint8Array): number {
  const label = /Label>([^<]*)</.exec(text(message))![1]!;
  return Buffer.byteLength(label);
}
