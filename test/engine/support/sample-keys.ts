/** Keys with certificates, and requests of messages that no context secures. */
import { algorithmSuite, Certificate, CertifiedKey, DEFAULT_LIMITS, type KeyUse, PrivateKey } from '@parley/core';
import type { CertificateSealRequest, EncryptedKeySealRequest, SealOptions } from '@parley/engine';
import { EncryptedKey } from '@parley/engine';
import {
  AUTHORITY,
  certificateDer,
  der,
  END_ENTITY,
  extension,
  keyIdentifierOf,
  type PartyKind,
  party,
} from '../../core/x509/issue.ts';
import { replaced, sampleEnvelope, sampleRandom, sampleRequest } from './sample.ts';

const DAY_MS = 86_400_000;
const root = party('O=Example/CN=Root');

/** Valid from 2026-01-01 on, for ten years. */
const VALIDITY = { notBeforeMs: Date.UTC(2026, 0, 1), notAfterMs: Date.UTC(2026, 0, 1) + 3650 * DAY_MS };

export interface SampleKey {
  readonly key: CertifiedKey;
  /** PKCS #8 and DER, for peers. */
  readonly privateKeyDer: Uint8Array;
  readonly certificate: Certificate;
}

export const ROOT: Certificate = Certificate.read(
  certificateDer(root, root, { ...VALIDITY, extensions: AUTHORITY }),
  DEFAULT_LIMITS,
);

const made = new Map<string, SampleKey>();

/** One of each name and kind for the whole run: key pairs take their time. */
export function sampleKey(name: string, kind: PartyKind): SampleKey {
  const known = made.get(`${name} ${kind}`);
  if (known !== undefined) return known;
  const holder = party(`O=Example, Söhne/CN=${name}`, kind);
  const extensions = [...END_ENTITY, extension('2.5.29.14', der(4, keyIdentifierOf(holder)))];
  const certificate = Certificate.read(
    certificateDer(holder, root, { ...VALIDITY, extensions, serial: 1001 + made.size }),
    DEFAULT_LIMITS,
  );
  const uses: KeyUse[] = kind === 'rsa' ? ['signature', 'encryption', 'rsa-1_5'] : ['signature'];
  const privateKey = PrivateKey.read({ format: 'key-object', key: holder.privateKey }, { uses });
  const sample = {
    key: CertifiedKey.of(privateKey, [certificate, ROOT]),
    privateKeyDer: Uint8Array.from(holder.privateKey.export({ format: 'der', type: 'pkcs8' })),
    certificate,
  };
  made.set(`${name} ${kind}`, sample);
  return sample;
}

function sampleOptions(): SealOptions {
  const { context: _, keys: _k, token: _t, ...options } = sampleRequest();
  return options;
}

/** Signed by alice's RSA key, in the message by direct reference. */
export function certificateRequest(changes: Partial<CertificateSealRequest> = {}): CertificateSealRequest {
  const { key } = sampleKey('alice', 'rsa');
  return { ...sampleOptions(), suite: 'Basic256Sha256', certificate: { key, reference: 'direct' }, ...changes };
}

/** Secured by a session key for bob, with DerivedKeyTokens. */
export function encryptedKeyRequest(changes: Partial<EncryptedKeySealRequest> = {}): EncryptedKeySealRequest {
  const suite = changes.suite ?? 'Basic256Sha256';
  return {
    ...sampleOptions(),
    suite,
    encryptedKey: EncryptedKey.forRecipient(
      { certificate: sampleKey('bob', 'rsa').certificate, reference: 'thumbprint' },
      { suite: algorithmSuite(suite), fillRandom: sampleRandom(5) },
    ),
    keys: 'explicit',
    token: 'attached',
    ...changes,
  };
}

const WSSE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';

/** An envelope with `tokens` (markup; prefix `o`) in its Security header. */
export function envelopeWithTokens(tokens: string): Uint8Array {
  return replaced(sampleEnvelope(), '</s:Header>', `<o:Security xmlns:o="${WSSE}">${tokens}</o:Security></s:Header>`);
}

export const USERNAME_TOKEN = `<o:UsernameToken><o:Username>alice</o:Username><o:Password Type="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordText">secret</o:Password></o:UsernameToken>`;
