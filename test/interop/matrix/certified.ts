// Messages signed with a certificate, for peers that know no certificates: the key is handed to them.
import { type Secret, Trust } from '@parley/core';
import type { OpenRequest, Policy } from '@parley/engine';
import type { PartyKind } from '../../core/x509/issue.ts';
import { ALL_SUITES_POLICY, sampleEnvelope, sealed, text } from '../../engine/support/sample.ts';
import { certificateRequest, ROOT, sampleKey } from '../../engine/support/sample-keys.ts';
import type { Signing } from './bootstrap-rows.ts';
import { X509_POLICY } from './from-wss4j.ts';

/** 3DES is not in its ciphers. */
export const CERTIFIED_POLICY: Policy = { ...X509_POLICY, ciphers: ALL_SUITES_POLICY.ciphers };

/** What we say of a message that was changed. */
export const CODES = ['peer.digest-mismatch', 'peer.signature-invalid', 'peer.decrypt-failed'];

/** Body, Timestamp and four headers. */
export const SIGNED_PARTS = 6;

/** Signed by alice. */
export function signedBy([kind, algorithm]: Signing): Uint8Array {
  const { key } = sampleKey('alice', kind);
  const request = certificateRequest({ atMs: Date.now(), certificate: { key, reference: 'thumbprint', algorithm } });
  return sealed(sampleEnvelope(), request);
}

/** With one signed header changed. */
export function withOtherHeader(message: Uint8Array): Uint8Array {
  return encoder.encode(text(message).replace('urn:uuid:7', 'urn:uuid:8'));
}

/** As bob, who knows alice. */
export function openRequestOf(
  policy: Policy,
  signer: PartyKind,
  encryptedKeys: ReadonlyMap<string, Secret> = new Map(),
): OpenRequest {
  const bob = sampleKey('bob', 'rsa');
  const intermediates = [sampleKey('alice', signer).certificate];
  return {
    atMs: Date.now(),
    policy,
    contexts: { find: () => undefined },
    credentials: {
      trust: new Trust({ anchors: [ROOT], intermediates, revocation: 'if-listed' }),
      ownKeys: [{ certificate: bob.certificate, privateKey: bob.key.privateKey }],
      encryptedKeys,
    },
  };
}

const encoder = new TextEncoder();
