/** The kinds of message that peers send, each secured as its peer does it. */
import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { SecurityContext, SuiteName } from '@parley/core';
import { Certificate, CertifiedKey, contextSource, DEFAULT_LIMITS, PrivateKey, Secret, Trust } from '@parley/core';
import type { CertificateSealRequest, OpenRequest, SealOptions, SealRequest } from '@parley/engine';
import { policyOf, sealProfile } from '@parley/engine';
import { seededOctets } from '../corpus.ts';

export const KIND_NAMES = ['wcf-mixed', 'wcf-message', 'cxf', 'x509', 'live-cxf', 'live-wcf'] as const;
export type KindName = (typeof KIND_NAMES)[number];

export interface Kind {
  readonly name: KindName;
  /** Whether the keys are derived from nonces in the message. */
  readonly derivesKeys: boolean;
  readonly opening: OpenRequest;
  /** Of messages that are made here. */
  readonly sealing?: SealRequest | CertificateSealRequest;
  /** Whose secret the keys are derived from; `undefined` where the message brings its own. */
  readonly context: SecurityContext | undefined;
}

/** A kind whose messages are made here. */
export type MadeKind = Kind & Required<Pick<Kind, 'sealing'>>;

// Peers judge a Timestamp by their own clock, and one run takes its time.
export const LIFETIME_MS: number = 24 * 3_600_000;
export const CONTEXT_SECRET: Uint8Array = seededOctets('messages', 32);
export const CONTEXT_IDENTIFIER = 'urn:uuid:00000000-0000-4000-8000-0000000000bf';

/** Certificates of alice, who signs, and bob, for whom is encrypted, by one authority; made for this and nothing else. */
export const ROOT: Certificate = readCertificate('root');
export const ALICE: Party = readParty('alice');
export const BOB: Party = readParty('bob');

interface Party {
  readonly certificate: Certificate;
  readonly privateKeyPem: string;
  readonly privateKey: PrivateKey;
}

/** All kinds, for messages that are made now. */
export function kindsAt(atMs: number, fillRandom: (out: Uint8Array) => void): readonly MadeKind[] {
  const options = { atMs, timestampLifetimeMs: LIFETIME_MS, fillRandom };
  return [
    ofContext('wcf-mixed', 'Basic256', options),
    ofContext('wcf-message', 'Basic256', options),
    ofContext('cxf', 'Basic256Sha256', options),
    ofCertificates(options),
  ];
}

function ofContext(name: 'wcf-mixed' | 'wcf-message' | 'cxf', suite: SuiteName, options: Moment): MadeKind {
  const { atMs } = options;
  const context = contextWith(
    { identifier: CONTEXT_IDENTIFIER, secret: CONTEXT_SECRET, version: '200512', suite },
    atMs,
  );
  // interop: WSS4J's streaming engine does not know that Offset 0 and Length 32 may be left out.
  const profile = { ...sealProfile(name, 'request'), derivedKeyDefaults: 'written' } as const;
  return {
    name,
    derivesKeys: profile.keys !== 'direct',
    // interop: WSS4J writes its Timestamp behind the signature.
    opening: { atMs, policy: policyOf(name, { layout: 'lax' }), contexts: contextSource([context]) },
    sealing: { ...profile, context, ...options },
    context,
  };
}

/** What a context is made of. */
export interface ContextParts extends Pick<SecurityContext, 'identifier' | 'version' | 'suite'> {
  readonly secret: Uint8Array;
}

export function contextWith({ secret, ...named }: ContextParts, atMs: number): SecurityContext {
  const span = { createdAtMs: atMs, expiresAtMs: atMs + LIFETIME_MS };
  const keys = [{ instance: undefined, secret: Secret.copyOf(secret), ...span }];
  return { ...named, keys, ...span, cancelledAtMs: undefined, principal: undefined };
}

type Moment = Pick<SealOptions, 'atMs' | 'timestampLifetimeMs' | 'fillRandom'>;

function ofCertificates(options: Moment): MadeKind {
  return {
    name: 'x509',
    derivesKeys: false,
    opening: {
      atMs: options.atMs,
      policy: policyOf('x509', { layout: 'lax' }),
      contexts: contextSource([]),
      credentials: { trust: new Trust({ anchors: [ROOT], revocation: 'if-listed' }), ownKeys: [BOB] },
    },
    sealing: {
      ...options,
      suite: 'Basic256Sha256',
      certificate: { key: CertifiedKey.of(ALICE.privateKey, [ALICE.certificate]), reference: 'direct' },
      recipient: { certificate: BOB.certificate, reference: 'thumbprint' },
      sign: { body: true, addressing: true, timestamp: true },
      encrypt: 'body',
      order: 'sign-then-encrypt',
    },
    context: undefined,
  };
}

function readParty(name: string): Party {
  const privateKeyPem = readKeyFile(`${name}-private`);
  const key = createPrivateKey(privateKeyPem);
  const privateKey = PrivateKey.read({ format: 'key-object', key }, { uses: ['signature', 'encryption'] });
  return { certificate: readCertificate(name), privateKeyPem, privateKey };
}

function readCertificate(name: string): Certificate {
  return Certificate.readPem(new TextEncoder().encode(readKeyFile(name)), DEFAULT_LIMITS)[0]!;
}

function readKeyFile(name: string): string {
  return readFileSync(new URL(`../../messages/keys/${name}.pem`, import.meta.url), 'utf8');
}
