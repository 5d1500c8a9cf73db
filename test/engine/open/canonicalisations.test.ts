/** Messages signed with any of the six canonical forms; libxml2 makes the forms, Node the digests and the MAC. */
import { createHash, createHmac } from 'node:crypto';
import type { CanonicalisationAlgorithm } from '@parley/codec';
import { CANONICALISATION_ALGORITHMS } from '@parley/codec';
import { policyOf } from '@parley/engine';
import type { XmlElement } from 'libxml2-wasm';
import { XmlC14NMode, XmlDocument } from 'libxml2-wasm';
import { describe, expect, test } from 'vitest';
import { openedBy, replaced, sampleContext, sampleEnvelope, sampleRequest, sealed, text } from '../support/sample.ts';

const [EXCLUSIVE, ...OTHERS] = CANONICALISATION_ALGORITHMS as [
  CanonicalisationAlgorithm,
  ...CanonicalisationAlgorithm[],
];
const MODES = {
  exclusive: XmlC14NMode.XML_C14N_EXCLUSIVE_1_0,
  inclusive: XmlC14NMode.XML_C14N_1_0,
  'inclusive-1.1': XmlC14NMode.XML_C14N_1_1,
} as const;
const CONTEXT = sampleContext();
const SOURCE = sealed(
  replaced(sampleEnvelope(), '<s:Envelope ', '<s:Envelope xml:lang="en" xmlns:unused="urn:unused" '),
  sampleRequest({ keys: 'direct' }),
);

/** `source` signed anew, with `transform` for every part (which may be `digested` in another form) and `method` for SignedInfo. */
function signedWith(
  method: CanonicalisationAlgorithm,
  transform: CanonicalisationAlgorithm,
  { source = SOURCE, digested = transform } = {},
): Uint8Array {
  let message = text(source)
    .replaceAll(`Transform Algorithm="${EXCLUSIVE.uri}"`, `Transform Algorithm="${transform.uri}"`)
    .replace(`CanonicalizationMethod Algorithm="${EXCLUSIVE.uri}"`, `CanonicalizationMethod Algorithm="${method.uri}"`);
  for (const [whole, id] of message.matchAll(/<ds:Reference URI="#([^"]*)">.*?<\/ds:Reference>/g)) {
    const form = canonicalForm(message, `//*[@*[local-name()='Id']='${id}']`, digested);
    const digest = createHash('sha256').update(form).digest('base64');
    message = message.replace(whole, whole.replace(/<ds:DigestValue>[^<]*/, `<ds:DigestValue>${digest}`));
  }
  const signedInfo = canonicalForm(message, "//*[local-name()='SignedInfo']", method);
  const key = CONTEXT.keys[0]!.secret.lend((bytes) => Buffer.from(bytes));
  const mac = createHmac('sha256', key).update(signedInfo).digest('base64');
  return new TextEncoder().encode(message.replace(/<ds:SignatureValue>[^<]*/, `<ds:SignatureValue>${mac}`));
}

function canonicalForm(message: string, path: string, { method, comments }: CanonicalisationAlgorithm): string {
  const document = XmlDocument.fromString(message);
  try {
    return (document.get(path) as XmlElement).canonicalizeToString({ mode: MODES[method], withComments: comments });
  } finally {
    document.dispose();
  }
}

function outcome(message: Uint8Array, canonicalisations?: readonly CanonicalisationAlgorithm['name'][]): string {
  const policy = policyOf('strict', canonicalisations === undefined ? {} : { canonicalisations });
  const reply = openedBy(message, CONTEXT, policy);
  return reply.ok ? 'opened' : reply.code;
}

test('the message is signed as we sign it when the algorithm stays', () => {
  expect(text(signedWith(EXCLUSIVE, EXCLUSIVE))).toBe(text(SOURCE));
});

describe.each(OTHERS)('$name', (algorithm) => {
  test('is refused by default, wherever it is named', () => {
    expect(outcome(signedWith(algorithm, EXCLUSIVE))).toBe('peer.alg-forbidden');
    expect(outcome(signedWith(EXCLUSIVE, algorithm))).toBe('peer.transform-forbidden');
  });

  test('opens where the policy allows it, and only it', () => {
    expect(outcome(signedWith(algorithm, algorithm), [algorithm.name])).toBe('opened');
    expect(outcome(signedWith(algorithm, EXCLUSIVE), ['exclusive', algorithm.name])).toBe('opened');
    expect(outcome(signedWith(algorithm, EXCLUSIVE), [algorithm.name])).toBe('peer.transform-forbidden');
    expect(outcome(SOURCE, [algorithm.name])).toBe('peer.alg-forbidden');
  });

  test('a digest of another form does not do', () => {
    const body = signedWith(EXCLUSIVE, algorithm);
    const other = replaced(body, `Transform Algorithm="${algorithm.uri}"`, `Transform Algorithm="${EXCLUSIVE.uri}"`);
    expect(outcome(other, ['exclusive', algorithm.name])).toBe('peer.signature-invalid');
  });
});

const COMMENTED = replaced(SOURCE, '</m:Ping>', '<!-- seen by nobody --></m:Ping>');

describe.each(CANONICALISATION_ALGORITHMS)('a comment, under $name', (algorithm) => {
  const policy = policyOf('strict', { allowComments: true, canonicalisations: ['exclusive', algorithm.name] });

  test('is not in what a bare name means (XML Signature 1.1 §4.4.3.3)', () => {
    const message = signedWith(EXCLUSIVE, algorithm, {
      source: COMMENTED,
      digested: { ...algorithm, comments: false },
    });
    const reply = openedBy(message, CONTEXT, policy);
    expect(reply).toMatchObject({ ok: true });
    if (reply.ok) expect(text(reply.value.verified)).not.toContain('seen by nobody');
  });

  test('that was digested is refused', () => {
    const message = signedWith(EXCLUSIVE, algorithm, { source: COMMENTED, digested: { ...algorithm, comments: true } });
    expect(openedBy(message, CONTEXT, policy)).toMatchObject({ code: 'peer.digest-mismatch' });
  });
});

test('a PrefixList belongs to exclusive C14N alone', () => {
  const inclusive = CANONICALISATION_ALGORITHMS.find(({ name }) => name === 'inclusive')!;
  const list = '<ec:InclusiveNamespaces xmlns:ec="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="s"/>';
  const message = replaced(
    signedWith(inclusive, inclusive),
    `Transform Algorithm="${inclusive.uri}">`,
    `Transform Algorithm="${inclusive.uri}">${list}`,
  );
  expect(outcome(message, ['inclusive'])).toBe('peer.structure-invalid');
});
