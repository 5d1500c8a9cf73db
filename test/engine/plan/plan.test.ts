// The plan: all that can be known of a message without a key, and what `open` goes by.
import { fileURLToPath } from 'node:url';
import { splice } from '@parley/codec/internal';
import { contextSource } from '@parley/core';
import type { PolicyName } from '@parley/engine';
import {
  type Credentials,
  describePlan,
  type KeyPlan,
  type KeyUse,
  type MessagePlan,
  type OpenedMessage,
  type OpenRequest,
  open,
  planOf,
  policyOf,
} from '@parley/engine';
import { describe, expect, test } from 'vitest';
import { recordOf, requiredText } from '../../vector-runner/src/json-record.ts';
import { strictPolicy } from '../../vector-runner/src/manifest-policy.ts';
import { changesOf, requestOf, suiteContexts } from '../../vector-runner/src/message-vector.ts';
import { openSuite } from '../../vector-runner/src/suite-folder.ts';
import { type Original, OTHERS, SEALED } from '../attacks/originals.ts';
import { structureChanges } from '../attacks/structure.ts';
import { CONTEXT, CREDENTIALS, MESSAGE_KINDS } from '../support/message-kinds.ts';
import { NOW_MS, replaced, sampleContext, sampleEnvelope, sampleRequest, sealed, text } from '../support/sample.ts';

const KINDS: readonly Omit<Original, 'meaning'>[] = MESSAGE_KINDS.map(({ name, message, policy }) => ({
  name,
  message,
  request: { atMs: NOW_MS, policy, contexts: contextSource([CONTEXT]), credentials: CREDENTIALS },
}));
const MESSAGES = [...KINDS, ...SEALED, ...OTHERS];

const touch = (): never => {
  throw new Error('a key was touched');
};

/** Keys that nobody may look at but the door, which looks at each member once. */
function untouchable(): Pick<OpenRequest, 'contexts' | 'credentials'> {
  const members = ['trust', 'ownKeys', 'encryptedKeys', 'passwords', 'assertionIssuers'].map((name) => {
    let reads = 0;
    return [name, { enumerable: true, get: () => (reads++ === 0 ? undefined : touch()) }] as const;
  });
  return {
    contexts: { find: touch },
    credentials: Object.defineProperties({}, Object.fromEntries(members)) as Credentials,
  };
}

function planned(message: Uint8Array, { policy }: Pick<OpenRequest, 'policy'>): MessagePlan {
  const reply = planOf(message, { policy });
  if (!reply.ok) throw new Error(`${reply.code} ${JSON.stringify(reply.detail)}`);
  return reply.value;
}

/** The account of a key that `open` gives is the one that the plan gave. */
function expectKey(use: KeyUse, plan: KeyPlan): void {
  expect(use.source).toBe(plan.source);
  if (plan.source === 'certificate') {
    if ('thumbprint' in plan.certificate) expect(use).toMatchObject({ thumbprint: plan.certificate.thumbprint });
    return;
  }
  expect(use).toMatchObject({ derivation: 'derivation' in plan ? plan.derivation : [] });
  switch (plan.source) {
    case 'context':
      expect(use).toMatchObject({ identifier: plan.identifier, instance: plan.instance });
      break;
    case 'username':
      expect(use).toMatchObject({ username: plan.username });
      break;
    case 'saml':
      expect(use).toMatchObject({ assertionId: plan.assertionId });
      break;
    default:
      expect(use).toMatchObject({ sha1Base64: plan.sha1Base64 });
  }
}

function expectOpened(plan: MessagePlan, opened: OpenedMessage): void {
  const signed = plan.signatures.flatMap(({ references, ...signature }) =>
    references.map((reference) => ({ ...signature, ...reference })),
  );
  const found = signed.map(({ algorithm, digest, localName, namespace, role }) => {
    const part = opened.signed.find((one) => one.namespace === namespace && one.localName === localName);
    expect(part).toMatchObject({ algorithm, digest, role });
    return part!;
  });
  for (const [index, { key }] of found.entries()) expectKey(key, signed[index]!.key);
  const decrypted = opened.encrypted.slice(0, plan.decryptions.length);
  for (const [index, { cipher, key, place, target }] of plan.decryptions.entries()) {
    expect(decrypted[index]).toMatchObject({ cipher, target });
    expectKey(decrypted[index]!.key, key);
    if (place !== 'security') expect(decrypted[index]!.role).toBe(place);
  }
  if (plan.moreAfterDecryption) return;
  // No more, no less, and in this order.
  expect(found).toEqual(opened.signed);
  expect(plan.signatures).toHaveLength(opened.signatureValues.length);
  expect(plan.decryptions).toHaveLength(opened.encrypted.length);
}

test('what opens was planned so: the same signatures, parts, keys and decryptions', () => {
  let complete = 0;
  for (const { name, message, request } of MESSAGES) {
    const reply = open(message, request);
    expect(reply.ok, `${name}: ${reply.ok ? '' : reply.code}`).toBe(true);
    if (!reply.ok) continue;
    const plan = planned(message, request);
    expectOpened(plan, reply.value);
    if (!plan.moreAfterDecryption) complete++;
  }
  expect(complete).toBeGreaterThan(60);
  expect(MESSAGES.length - complete).toBeGreaterThan(10);
});

test('a plan is plain data, and as many sentences', () => {
  for (const { message, request } of MESSAGES) {
    const plan = planned(message, request);
    expect(structuredClone(plan)).toEqual(plan);
    expect(JSON.parse(JSON.stringify(plan))).toMatchObject({ order: plan.order, profile: request.policy.name });
    const sentences = describePlan(plan);
    expect(sentences.length).toBeGreaterThan(1);
    for (const sentence of sentences) expect(sentence).toMatch(/^[A-Z].*\.$/s);
  }
});

describe('no key is touched before the plan is made', () => {
  /** Whether `open` agrees with the plan, without any key. */
  function outcomeOf(message: Uint8Array, request: OpenRequest): 'refused' | 'planned' {
    const plan = planOf(message, { policy: request.policy });
    const reply = open(message, { ...request, ...untouchable() });
    if (plan.ok) {
      expect(reply).toHaveProperty('cause.message', 'a key was touched');
      return 'planned';
    }
    expect(reply).toEqual(plan);
    return 'refused';
  }

  test('valid messages: then a key is asked for', () => {
    for (const { message, request } of MESSAGES) expect(outcomeOf(message, request)).toBe('planned');
  });

  test('every element of every kind taken out, doubled or swapped: refused by the plan with the code of open', () => {
    const counts = { refused: 0, planned: 0 };
    for (const [index, { message, request }] of KINDS.entries()) {
      let number = index;
      for (const { patches } of structureChanges(message)) {
        if (number++ % 7 === 0) counts[outcomeOf(splice(message, patches), request)]++;
      }
    }
    expect(counts.refused).toBeGreaterThan(1000);
    expect(counts.planned).toBeGreaterThan(100);
  });

  test('the adversarial vectors', () => {
    const suite = openSuite(fileURLToPath(new URL('../../vectors/wssc-adversarial/', import.meta.url)));
    const counts = { refused: 0, planned: 0 };
    for (const entry of suite.vectors) {
      const vector = recordOf(entry, 'vector');
      const policy = strictPolicy(changesOf(suite, vector));
      const request = requestOf(suite, vector, policy, suiteContexts(suite, vector));
      counts[outcomeOf(suite.bytes(requiredText(vector, 'file')), request)]++;
    }
    // Of forgeries, the plan sees those that are of another shape than the message they are made from.
    expect(counts).toEqual({ refused: expect.any(Number), planned: expect.any(Number) });
    expect(counts.refused).toBeGreaterThan(counts.planned);
  });
});

describe('refused by the plan', () => {
  const codeOf = (message: Uint8Array, profile: PolicyName = 'strict', changes = {}): string => {
    const reply = planOf(message, { policy: policyOf(profile, changes) });
    return reply.ok ? 'ok' : `${reply.code} ${String(reply.detail['reason'] ?? reply.detail['part'] ?? '')}`.trim();
  };
  const plain = sealed(sampleEnvelope(), sampleRequest());
  const encrypted = sealed(sampleEnvelope(), sampleRequest({ encrypt: 'body' }));

  test('a source of keys, a MAC or a cipher that the policy does not take', () => {
    expect(codeOf(plain, 'x509')).toBe('peer.keyinfo-forbidden signed by context');
    expect(codeOf(plain, 'strict', { macs: ['hmac-sha1'] })).toBe('peer.alg-forbidden');
    expect(codeOf(encrypted, 'strict', { ciphers: ['aes128-cbc'] })).toBe('peer.alg-forbidden');
  });

  test('coverage that is missing in clear, before anything is decrypted', () => {
    const unsigned = sealed(
      sampleEnvelope(),
      sampleRequest({ encrypt: 'body', sign: { body: false, addressing: true, timestamp: true } }),
    );
    expect(codeOf(unsigned)).toBe('peer.coverage-missing soap:Body');
    expect(codeOf(encrypted, 'strict', { requireEncryptedBody: true })).toBe('ok');
    expect(codeOf(plain, 'strict', { requireEncryptedBody: true })).toBe('peer.coverage-missing encrypted soap:Body');
    expect(codeOf(encrypted, 'strict', { requiredHeaders: ['RelatesTo'] })).toBe('peer.coverage-missing wsa:RelatesTo');
    expect(codeOf(encrypted, 'strict', { endorsedBy: ['certificate'] })).toBe(
      'peer.coverage-missing endorsing ds:Signature',
    );
  });

  test('T41: one derived key to sign and to encrypt', () => {
    // Of this suite, both keys have one length.
    const context = sampleContext({ suite: 'Basic192Sha256' });
    const message = sealed(sampleEnvelope(), sampleRequest({ context, encrypt: 'body' }));
    expect(codeOf(message)).toBe('ok');
    const references = [...text(message).matchAll(/URI="(#[^"]*)" ValueType="[^"]*\/dk"/g)].map(([, uri]) => uri!);
    const [signing = '', encrypting = ''] = references;
    expect(new Set(references).size).toBe(2);
    const reused = replaced(message, `URI="${encrypting}" ValueType`, `URI="${signing}" ValueType`);
    expect(codeOf(reused)).toBe('peer.key-usage one key to sign and to encrypt');
  });

  test('an empty list below the signature hides no header', () => {
    const message = sealed(sampleEnvelope(), sampleRequest());
    const listed = replaced(
      message,
      '</o:Security>',
      '<e:ReferenceList xmlns:e="http://www.w3.org/2001/04/xmlenc#"/></o:Security>',
    );
    expect(codeOf(listed)).toBe('ok');
    expect(codeOf(listed, 'strict', { requiredHeaders: ['RelatesTo'] })).toBe('peer.coverage-missing wsa:RelatesTo');
  });
});

test('a key that is wrapped with one that both sides know opens', () => {
  const wrapped = MESSAGE_KINDS.filter(({ name }) => name.includes('wrapped'));
  expect(wrapped).toHaveLength(4);
  for (const { message, policy } of wrapped) {
    const [signature] = planned(message, { policy }).signatures;
    const sealedSignature = signature?.key ?? planned(message, { policy }).decryptions[0]!.key;
    expect(sealedSignature).toMatchObject({
      source: 'encrypted-key',
      opening: { algorithm: 'kw-aes256', wrappingKey: { source: 'known-encrypted-key' } },
    });
  }
});
