// Tokens of signatures that go encrypted: which of them `seal` writes, and what `open` makes of a signature in clear whose token
// only plaintext shows.
import { MemoryReplayCache } from '@parley/conversation';
import { contextSource, type FaultCode, soapFaultOf } from '@parley/core';
import {
  type AssertionSealRequest,
  type BootstrapSealRequest,
  type CertificateSignature,
  type Credentials,
  describePlan,
  type OpenedMessage,
  open,
  type Policy,
  planOf,
  policyOf,
  type ReplayMemory,
  type SealRequest,
  seal,
} from '@parley/engine';
import { describe, expect, test } from 'vitest';
import { CONTEXT, CREDENTIALS } from '../support/message-kinds.ts';
import { NOW_MS, replaced, sampleEnvelope, sampleRequest, sealed, text } from '../support/sample.ts';
import { certificateHolder, HOLDER_POLICY, issuerTrust, secretHolder } from '../support/sample-assertions.ts';
import { certificateRequest, encryptedKeyRequest, sampleKey } from '../support/sample-keys.ts';
import { passwordRequest } from '../support/username-message.ts';

const alice = sampleKey('alice', 'rsa');
const recipient = { certificate: sampleKey('bob', 'rsa').certificate, reference: 'thumbprint' } as const;
const HIDDEN: CertificateSignature = { key: alice.key, reference: 'direct', signToken: true, encryptToken: true };
const ENDORSED = { endorsedBy: ['certificate'], signatures: ['rsa-sha1', 'rsa-sha256'] } as const;
const X509 = policyOf('x509');

interface Wish {
  readonly credentials?: Credentials;
  readonly replays?: ReplayMemory;
}

function outcomeOf(message: Uint8Array, policy: Policy, { credentials = CREDENTIALS, replays }: Wish = {}) {
  return open(message, { atMs: NOW_MS, policy, contexts: contextSource([CONTEXT]), credentials, replays });
}

function codeOf(message: Uint8Array, policy: Policy, wish?: Wish): FaultCode | 'ok' {
  const reply = outcomeOf(message, policy, wish);
  return reply.ok ? 'ok' : reply.code;
}

function opened(message: Uint8Array, policy: Policy): OpenedMessage {
  const reply = outcomeOf(message, policy);
  if (!reply.ok) throw new Error(`${reply.code} ${JSON.stringify(reply.detail)}`);
  return reply.value;
}

const SHAPES = [
  { encrypt: 'none', order: 'sign-then-encrypt' },
  { encrypt: 'body', order: 'sign-then-encrypt' },
  { encrypt: 'body-and-signature', order: 'sign-then-encrypt' },
  { encrypt: 'body', order: 'encrypt-then-sign' },
  { encrypt: 'body-and-signature', order: 'encrypt-then-sign' },
] as const;
type Shape = (typeof SHAPES)[number];

describe('goes encrypted, and is found', () => {
  type Kind = readonly [
    name: string,
    policy: Policy,
    request: (shape: Shape, signature: CertificateSignature) => SealRequest | BootstrapSealRequest,
  ];
  const KINDS: readonly Kind[] = [
    ['of a certificate', X509, (shape, certificate) => certificateRequest({ ...shape, certificate, recipient })],
    [
      'endorsing a context',
      policyOf('strict', ENDORSED),
      (shape, endorse) => sampleRequest({ ...shape, endorse, context: CONTEXT }),
    ],
    [
      'endorsing an EncryptedKey',
      policyOf('symmetric-x509', ENDORSED),
      (shape, endorse) => encryptedKeyRequest({ ...shape, endorse }),
    ],
    [
      'endorsing a password',
      policyOf('username', ENDORSED),
      (shape, endorse) => passwordRequest({ ...shape, endorse, suite: 'Basic256Sha256' }),
    ],
  ];
  const rows = KINDS.flatMap(([name, policy, request]) =>
    SHAPES.flatMap((shape) =>
      (['direct', 'pki-path'] as const).map((reference) => [name, shape, reference, policy, request] as const),
    ),
  );

  test.each(rows)('%s, %o, %s', (_name, shape, reference, policy, request) => {
    const message = sealed(sampleEnvelope(), request(shape, { ...HIDDEN, reference }));
    expect(text(message)).not.toContain('BinarySecurityToken');
    const { signed, encrypted } = opened(message, policy);
    const token = expect.objectContaining({ role: 'token', localName: 'BinarySecurityToken' });
    expect(encrypted).toContainEqual(token);
    expect(signed).toContainEqual(token);
    expect(signed.some(({ key }) => key.source === 'certificate')).toBe(true);
  });

  test('that nobody signed, only by a policy that says so', () => {
    const certificate = { ...HIDDEN, signToken: false };
    const message = sealed(sampleEnvelope(), certificateRequest({ certificate, recipient }));
    expect(codeOf(message, X509)).toBe('peer.coverage-missing');
    expect(codeOf(message, policyOf('x509', { requireSignedEncryption: false }))).toBe('ok');
  });

  test('an assertion whose holder has a private key', () => {
    const { assertion, ...request } = certificateHolder();
    for (const reference of ['direct', 'key-identifier'] as const) {
      const hidden: AssertionSealRequest = {
        ...request,
        assertion: { ...assertion, reference, encrypt: true },
        recipient,
      };
      const message = sealed(sampleEnvelope(), hidden);
      expect(text(message)).not.toContain('alice@example.org');
      expect(opened(message, HOLDER_POLICY).assertions).toMatchObject([{ confirmation: 'holder-of-key' }]);
    }
  });

  test('the plan says that there is more to see', () => {
    const message = sealed(sampleEnvelope(), certificateRequest({ certificate: HIDDEN, recipient }));
    const plan = planOf(message, { policy: X509 });
    if (!plan.ok) throw new Error(plan.code);
    expect(plan.value).toMatchObject({ order: 'decrypt-then-verify', signatures: [], moreAfterDecryption: true });
    expect(describePlan(plan.value)).toHaveLength(2);
  });
});

describe('is not written', () => {
  const refused: ReadonlyArray<readonly [what: string, request: SealRequest | BootstrapSealRequest]> = [
    [
      'one that is not in the message',
      certificateRequest({ certificate: { ...HIDDEN, reference: 'embedded' }, recipient }),
    ],
    ['one that is only named', sampleRequest({ endorse: { ...HIDDEN, reference: 'thumbprint', signToken: false } })],
    [
      'signed by STR-Transform',
      certificateRequest({ certificate: { ...HIDDEN, signToken: 'str-transform' }, recipient }),
    ],
    ['nobody to encrypt for', certificateRequest({ certificate: HIDDEN })],
    ['by the key that signs', sampleRequest({ endorse: HIDDEN, keys: 'direct' })],
    ['an assertion whose secret signs', hiding(secretHolder())],
  ];

  function hiding(request: AssertionSealRequest): AssertionSealRequest {
    return { ...request, assertion: { ...request.assertion, encrypt: true } };
  }

  test.each(refused)('%s', (_what, request) => {
    expect(seal(sampleEnvelope(), request)).toMatchObject({ ok: false, code: 'caller.option-invalid' });
  });
});

// All of it in CBC, in whose ciphertext a forger can look for something.
const CBC = { suite: 'Basic256Sha256', encrypt: 'body', recipient } as const;
const captured = sealed(sampleEnvelope(), certificateRequest(CBC));
const [, tokenId] = /<o:BinarySecurityToken [^>]*u:Id="([^"]+)"/.exec(text(captured))!;

/** Names a token that is not there. */
const namingNothing = (message: Uint8Array): Uint8Array =>
  replaced(message, `<o:Reference URI="#${tokenId}"`, '<o:Reference URI="#nothing"');
/** Puts ciphertext of the Body into the header, too. */
function withCiphertext(message: Uint8Array): Uint8Array {
  const [body, id] = /<e:EncryptedData [^>]*Id="([^"]+)".*?<\/e:EncryptedData>/.exec(text(message))!;
  const copy = body.replace(`"${id}"`, '"copy"').replace('#Content', '#Element');
  const list = `<e:DataReference URI="#${id}"/>`.replace('/>', '></e:DataReference>');
  const more = list.replace(`#${id}`, '#copy');
  return replaced(replaced(message, list, list + more), '<ds:Signature ', `${copy}<ds:Signature `);
}
const withoutSignature = (message: Uint8Array): Uint8Array =>
  new TextEncoder().encode(text(message).replace(/<ds:Signature .*<\/ds:Signature>/, ''));
/** With an octet of the last block but one of the Body changed. */
function probe(message: Uint8Array, flip: number): Uint8Array {
  const value = [...text(message).matchAll(/CipherValue>([^<]+)</g)].at(-1)![1]!;
  const octets = Buffer.from(value, 'base64');
  octets[octets.length - 17 - flip]! ^= 0xff;
  const at = text(message).lastIndexOf(value);
  return Buffer.concat([
    message.subarray(0, at),
    Buffer.from(octets.toString('base64')),
    message.subarray(at + value.length),
  ]);
}

describe('a token that is not there', () => {
  test('without ciphertext in the Security header: refused before anything is decrypted', () => {
    const noKeys = { credentials: { trust: CREDENTIALS.trust! } };
    expect(codeOf(namingNothing(captured), X509, noKeys)).toBe('peer.ref-unresolved');
    expect(codeOf(captured, X509, noKeys)).toBe('peer.key-usage');
  });

  test('T13: a MAC in clear is checked before anything is decrypted, whatever it names', () => {
    const message = sealed(sampleEnvelope(), sampleRequest({ endorse: HIDDEN, context: CONTEXT, keys: 'explicit' }));
    const [name, id] = /<ds:KeyInfo><o:SecurityTokenReference[^>]*><o:Reference URI="#([^"]+)"/.exec(text(message))!;
    const unnamed = replaced(message, name, name.replace(id!, 'nothing'));
    expect(codeOf(unnamed, policyOf('strict', ENDORSED))).toBe('peer.ref-unresolved');
  });

  test('T37: in ciphertext neither: refused after that', () => {
    const message = sealed(sampleEnvelope(), certificateRequest({ certificate: HIDDEN, ...CBC }));
    const [name] = /<ds:KeyInfo><o:SecurityTokenReference><o:Reference URI="#[^"]+"(?=[^>]*X509)/.exec(text(message))!;
    const unnamed = replaced(message, name, name.replace(/#[^"]+/, '#nothing'));
    expect(codeOf(unnamed, X509)).toBe('peer.ref-unresolved');
    expect(codeOf(probe(unnamed, 0), X509)).toBe('peer.decrypt-failed');
  });

  test('T37: one that nobody vouches for is no other than one that is no token', () => {
    const message = sealed(sampleEnvelope(), certificateRequest({ certificate: HIDDEN, ...CBC }));
    const trust = issuerTrust();
    expect(codeOf(message, X509, { credentials: { ...CREDENTIALS, trust } })).toBe('peer.decrypt-failed');
  });

  // A signature that is left out, as one that is encrypted, proves nothing before its message is decrypted.
  test('T37: naming one gains a forger nothing that leaving the signature out does not', () => {
    const forged = withCiphertext(captured);
    const [naming, without] = [namingNothing(forged), withoutSignature(forged)];
    const answers = [naming, without].map((message) => {
      const replays = new MemoryReplayCache();
      return [0, 1, 2, 20].map((flip) => {
        const code = codeOf(probe(message, flip), X509, { replays });
        return [code, soapFaultOf(code as FaultCode)];
      });
    });
    expect(answers[0]).toEqual(answers[1]);
    expect(new Set(answers.flat().map(([code]) => code))).toEqual(new Set(['peer.decrypt-failed']));
    // The signature as it was captured is good for one.
    const replays = new MemoryReplayCache();
    const codes = [0, 1, 2].map((flip) => codeOf(probe(captured, flip), X509, { replays }));
    expect(codes).toEqual(['peer.decrypt-failed', 'peer.replay', 'peer.replay']);
  });
});
