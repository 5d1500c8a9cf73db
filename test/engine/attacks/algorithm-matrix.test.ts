// Every algorithm URI in every place where a message names an algorithm.
import { CANONICALISATION_ALGORITHMS } from '@parley/codec';
import { CIPHER_ALGORITHMS, DIGEST_ALGORITHMS, MAC_ALGORITHMS, VERSION_URIS } from '@parley/core/internal';
import { type PolicyChanges, policyOf } from '@parley/engine';
import { describe, expect, test } from 'vitest';
import { openedBy, sampleContext, sampleEnvelope, sampleRequest, sealed, text } from '../support/sample.ts';
import ALGORITHMS from './algorithms.json' with { type: 'json' };

interface Slot {
  readonly name: string;
  /** The URI that the message has there. */
  readonly pattern: RegExp;
  /** What the default policy lets through. */
  readonly allowed: readonly string[];
  readonly code: string;
}

const signed = text(sealed(sampleEnvelope(), sampleRequest()));
const encrypted = text(sealed(sampleEnvelope(), sampleRequest({ encrypt: 'body' })));
const policy = policyOf();
const namedIn = (rows: readonly { readonly uri: string; readonly name: string }[], names: readonly string[]) =>
  rows.filter(({ name }) => names.includes(name)).map(({ uri }) => uri);
const pSha1 = Object.values(VERSION_URIS).map((uris) => uris.pSha1);

const SLOTS: readonly Slot[] = [
  {
    name: 'CanonicalizationMethod',
    pattern: /(<ds:CanonicalizationMethod Algorithm=")[^"]*/,
    allowed: namedIn(CANONICALISATION_ALGORITHMS, policy.canonicalisations),
    code: 'peer.alg-forbidden',
  },
  {
    name: 'Transform',
    pattern: /(<ds:Transform Algorithm=")[^"]*/,
    allowed: namedIn(CANONICALISATION_ALGORITHMS, policy.canonicalisations),
    code: 'peer.transform-forbidden',
  },
  {
    name: 'SignatureMethod',
    pattern: /(<ds:SignatureMethod Algorithm=")[^"]*/,
    allowed: namedIn(MAC_ALGORITHMS, policy.macs),
    code: 'peer.alg-forbidden',
  },
  {
    name: 'DigestMethod',
    pattern: /(<ds:DigestMethod Algorithm=")[^"]*/,
    allowed: namedIn(DIGEST_ALGORITHMS, policy.digests),
    code: 'peer.alg-forbidden',
  },
  {
    name: 'EncryptionMethod',
    pattern: /(<e:EncryptionMethod Algorithm=")[^"]*/,
    allowed: namedIn(CIPHER_ALGORITHMS, policy.ciphers),
    code: 'peer.alg-forbidden',
  },
  {
    name: 'DerivedKeyToken',
    pattern: /(<c:DerivedKeyToken Algorithm=")[^"]*/,
    allowed: pSha1,
    code: 'peer.alg-forbidden',
  },
];

// What comes of an algorithm that is let through, but is not the one the message was made with.
const AFTERWARDS = /^(opened|peer\.(signature-invalid|digest-mismatch|decrypt-failed|key-usage))$/;

describe.each(SLOTS)('$name', ({ pattern, allowed, code }) => {
  test('T14 T19 T20 T21 T27 T39: what the policy does not name is refused by name', () => {
    expect(ALGORITHMS.length).toBeGreaterThan(60);
    expect(ALGORITHMS).toEqual(expect.arrayContaining([...allowed]));
    for (const uri of ALGORITHMS) {
      const wanted = allowed.includes(uri) ? AFTERWARDS : new RegExp(`^${code.replace('.', '\\.')}$`);
      expect(outcomeWith(pattern, uri), uri).toMatch(wanted);
    }
  });

  test('T15: a URI that is not the very URI is another algorithm', () => {
    for (const uri of allowed) {
      const variants = [
        ...['', ' ', ` ${uri}`, `${uri} `, `${uri}\n`, uri.toUpperCase(), `${uri}#`, uri.slice(0, -1)],
        ...[uri.replace('http:', 'https:'), uri.replace('http:', 'HTTP:'), uri.replace('#', '%23'), `${uri}\u200b`],
        ...[uri.replace('www.', 'www.\u00ad'), uri.replace('.org/', '.org//')],
      ].filter((variant) => !ALGORITHMS.includes(variant));
      for (const variant of variants) expect(outcomeWith(pattern, variant), JSON.stringify(variant)).toBe(code);
    }
  });

  test('a URI of which a character is written as a reference is that URI', () => {
    for (const uri of allowed) {
      const respelt = `&#${uri.charCodeAt(0)};${uri.slice(1)}`;
      expect(outcomeWith(pattern, respelt), uri).toBe(outcomeWith(pattern, uri));
    }
  });
});

test('T12 T41: each row that a policy leaves out is refused, though another policy allows it', () => {
  const { macs, digests, ciphers, canonicalisations } = policy;
  const without: readonly (readonly [PolicyChanges, string])[] = [
    [{ macs: macs.filter((name) => name !== 'hmac-sha256') }, 'peer.alg-forbidden'],
    [{ digests: digests.filter((name) => name !== 'sha256') }, 'peer.alg-forbidden'],
    [{ ciphers: ciphers.filter((name) => name !== 'aes256-cbc') }, 'peer.alg-forbidden'],
    [{ canonicalisations: canonicalisations.filter((name) => name !== 'exclusive') }, 'peer.alg-forbidden'],
    [{}, 'opened'],
  ];
  for (const [changes, wanted] of without) expect(outcomeOf(encrypted, changes), JSON.stringify(changes)).toBe(wanted);
});

function outcomeWith(pattern: RegExp, uri: string): string {
  // References are read before the MAC is made, unless there is something to decrypt.
  const message = pattern.source.includes('Encryption') ? encrypted : signed;
  const named = message.replace('<c:DerivedKeyToken', `<c:DerivedKeyToken Algorithm="${pSha1[0]}"`);
  const changed = named.replace(pattern, (_match, before: string) => `${before}${uri}`);
  if (!pattern.test(named)) throw new Error(`no ${pattern}`);
  return outcomeOf(changed);
}

function outcomeOf(changed: string, changes: PolicyChanges = {}): string {
  const reply = openedBy(new TextEncoder().encode(changed), sampleContext(), policyOf('strict', changes));
  return reply.ok ? 'opened' : reply.code;
}
