/**
 * Token references -> which keys they name. One planner for signing and encrypting keys alike: a message can only name a
 * context or a user, bring a key that is encrypted for us, or a derivation from one (T11, T13, T53); and a public key by a
 * certificate. Nothing is looked up here.
 */
import { localName } from '@parley/codec/internal';
import type { Version } from '@parley/core';
import { digestAlgorithm, Fault } from '@parley/core';
import { digestBase64, encodeBase64, invariant } from '@parley/core/internal';
import { samlVersionOf } from '../claims/assertion-reference.ts';
import type { CertificateReference } from '../claims/certificate-reference.ts';
import { readCertificateReference } from '../claims/certificate-reference.ts';
import type { CertificateReader } from '../claims/certificate-token.ts';
import { readCertificateToken } from '../claims/certificate-token.ts';
import { base64Octets } from '../claims/claim.ts';
import type { EncryptedKeyClaim } from '../claims/encrypted-key.ts';
import { isEncryptedKey, readEncryptedKey } from '../claims/encrypted-key.ts';
import { readSecurityContextToken } from '../claims/security-context-token.ts';
import { structureInvalid } from '../claims/shape-refusals.ts';
import type { SignerKeyInfo } from '../claims/signer-key-info.ts';
import { namedAssertion } from '../claims/token-reference.ts';
import { isUsernameToken } from '../claims/username-token.ts';
import { isX509Data, readX509Data } from '../claims/x509-data.ts';
import type { Policy } from '../policy/policy.ts';
import { refusedBy } from '../policy/refused-by.ts';
import type { MessageClaims } from '../read/message.ts';
import type { AssertionClaim } from '../saml/assertion-claim.ts';
import type { HolderKeyClaim } from '../saml/holder-key.ts';
import { agreeing } from './agreeing-certificate.ts';
import type { DerivationChain } from './derivation-chain.ts';
import { followDerivations, isTokenNamed } from './derivation-chain.ts';
import { planPasswordKey } from './password-key.ts';
import { requirePlace } from './place.ts';
import type {
  PlannedAssertionKey,
  PlannedAssertionSecret,
  PlannedCertificate,
  PlannedCertificateKey,
  PlannedContextKey,
  PlannedEnvelope,
  PlannedPublicKey,
  PlannedSymmetricKey,
} from './planned-key.ts';

const SECURITY_CONTEXT_TOKEN = localName('SecurityContextToken');
const SHA1 = digestAlgorithm('sha1');

/** Plans the keys of one document. */
export class KeyPlanner {
  readonly claims: MessageClaims;
  readonly policy: Policy;
  readonly #certificates: CertificateReader;
  // An EncryptedKey is read once, however often it is named; `undefined` while that goes on.
  #envelopes: Map<number, PlannedEnvelope | undefined> | undefined;

  constructor(claims: MessageClaims, policy: Policy, certificates: CertificateReader) {
    this.claims = claims;
    this.policy = policy;
    this.#certificates = certificates;
  }

  /**
   * The secret that the STR `element` names. `user` is the element that uses it: with a strict layout, tokens stand before
   * it. `keyBytes` is how long a key to decrypt with has to be; without it, the key is to sign with.
   *
   * @throws Fault `peer.keyinfo-forbidden`, `peer.structure-invalid`, `peer.ref-*`, `peer.dk-limit`, `peer.dk-loop`,
   *   `peer.alg-forbidden`, `peer.encoding-invalid`, `peer.limit-value`; `peer.bad-context` two generations;
   *   `peer.key-usage` a key of a password for another use.
   */
  secret(element: number, user: number, keyBytes?: number): PlannedSymmetricKey {
    const chain = followDerivations(this.claims, element, user, this.policy);
    const { derivations, named, reference, user: namedBy } = chain;
    const { encryptedKeySha1, target } = reference;
    if (encryptedKeySha1 !== undefined)
      return { source: 'known-encrypted-key', sha1Base64: encryptedKeySha1, named, derivations };
    if (target >= 0 && isEncryptedKey(this.claims.tape, target)) {
      const envelope = this.#envelope(target, namedBy);
      return {
        source: 'encrypted-key',
        envelope,
        keyBytes: derivations.length === 0 ? keyBytes : undefined,
        named,
        derivations,
      };
    }
    if (target >= 0 && samlVersionOf(this.claims.tape, target) !== undefined) return this.#assertionSecret(chain);
    if (target >= 0 && isUsernameToken(this.claims.tape, target))
      return planPasswordKey(this.claims, chain, keyBytes, this.policy);
    return this.#context(chain);
  }

  /** The secret of the EncryptedKey `element` itself, for encrypted data that it lists and that names no key. */
  listingSecret(element: number, user: number, keyBytes: number): PlannedSymmetricKey {
    return {
      source: 'encrypted-key',
      envelope: this.#envelope(element, user),
      keyBytes,
      named: element,
      derivations: [],
    };
  }

  /**
   * The public key that a KeyInfo names, for a signature made by `user`: that of a certificate, or of the holder of an
   * assertion.
   *
   * @throws Fault `peer.key-usage` the holder has a secret; `peer.assertion-unconfirmed` the assertion has no key; what reading
   *   the reference and the token throws
   */
  publicKey({ tokenReference, x509Data }: SignerKeyInfo, user: number): PlannedPublicKey {
    const { tape, security } = this.claims;
    const { limits } = this.policy;
    const beside = x509Data < 0 ? undefined : readX509Data(tape, x509Data, limits);
    if (tokenReference < 0) {
      invariant(beside !== undefined, 'one of the two is there');
      return certificateKey(beside, -1);
    }
    const assertion = security.assertions.length === 0 ? -1 : namedAssertion(tape, tokenReference, this.policy);
    if (assertion < 0) return this.#certificate(tokenReference, user, beside);
    if (beside !== undefined) throw new Fault('peer.keyinfo-forbidden', { reason: 'ds:X509Data beside an assertion' });
    return this.#assertionKey(assertion, user);
  }

  #certificate(element: number, user: number, beside: PlannedCertificate | undefined): PlannedCertificateKey {
    const reference = readCertificateReference(this.claims.tape, element, this.policy);
    const certificate = this.#brought(reference, user);
    const named = reference.form === 'token' ? reference.element : -1;
    return certificateKey(beside === undefined ? certificate : agreeing(certificate, beside), named);
  }

  #context({ named, reference, derivations, user, version: derived }: DerivationChain): PlannedContextKey {
    if (reference.identifier !== undefined) {
      const { identifier, instance, isFragment } = reference;
      if (isFragment && !this.policy.allowIdentifierFragment)
        throw refusedBy('allowIdentifierFragment', 'peer.ref-uri-forbidden', { reason: 'not a plain name' });
      const version = this.#generation(identifier, 'wsse:Reference', reference.version ?? derived, derived);
      return { source: 'context', identifier, instance, version, token: -1, named, derivations };
    }
    const { tape, security } = this.claims;
    const { target } = reference;
    if (!isTokenNamed(tape, target, SECURITY_CONTEXT_TOKEN))
      throw new Fault('peer.keyinfo-forbidden', { reason: 'not a context' });
    requirePlace(this.claims, target, user, security.securityContextToken === target, this.policy);
    const token = readSecurityContextToken(tape, target, this.policy.limits);
    const isMixed = reference.version !== undefined && reference.version !== token.version;
    if (isMixed && !this.policy.allowMixedGenerations) {
      throw structureInvalid(tape, target, 'ValueType and token are of two generations', 'allowMixedGenerations');
    }
    const { identifier, instance } = token;
    const version = this.#generation(identifier, 'wsc:SecurityContextToken', token.version, derived);
    return { source: 'context', identifier, instance, version, token: target, named, derivations };
  }

  // safety: the generation is part of the context (T53, T63), unless the policy takes its peer's mixture.
  #generation(
    identifier: string,
    element: string,
    version: Version | undefined,
    derived: Version | undefined,
  ): Version | undefined {
    if (derived === undefined || version === derived) return version;
    if (this.policy.allowMixedGenerations) return derived;
    const detail = { identifier, reason: 'version', element, generation: version ?? 'none', derivedKeys: derived };
    throw refusedBy('allowMixedGenerations', 'peer.bad-context', detail);
  }

  #assertionKey(element: number, user: number): PlannedAssertionKey {
    const { claim, key } = this.#holderKey(element, user);
    if (key.form === 'encrypted-key') throw new Fault('peer.key-usage', { reason: 'a secret' });
    return { source: 'saml', document: this.claims, claim, key, named: element };
  }

  #assertionSecret({ named, reference, derivations, user }: DerivationChain): PlannedAssertionSecret {
    const { claim, key } = this.#holderKey(reference.target, user);
    // safety: a public key is known to everybody, and so never a secret (T13).
    if (key.form !== 'encrypted-key') throw new Fault('peer.key-usage', { reason: 'a public key' });
    const envelope = this.#readEnvelope(key.element);
    return { source: 'saml', document: this.claims, claim, envelope, named, derivations };
  }

  #holderKey(element: number, user: number): { readonly claim: AssertionClaim; readonly key: HolderKeyClaim } {
    const { claims, policy } = this;
    const claim = claims.assertions.find((assertion) => assertion.element === element);
    requirePlace(claims, element, user, claim !== undefined, policy);
    invariant(claim !== undefined, 'an assertion in its place is read');
    const { key } = claim.confirmation;
    if (key === undefined) throw new Fault('peer.assertion-unconfirmed', { reason: 'an assertion without a key' });
    return { claim, key };
  }

  #envelope(element: number, user: number): PlannedEnvelope {
    const { claims, policy } = this;
    requirePlace(claims, element, user, claims.security.encryptedKeys.includes(element), policy);
    return this.#readEnvelope(element);
  }

  #readEnvelope(element: number): PlannedEnvelope {
    const { claims, policy } = this;
    this.#envelopes ??= new Map();
    const known = this.#envelopes.get(element);
    if (known !== undefined) return known;
    // safety: a key that is wrapped with a key from an EncryptedKey could be wrapped with itself.
    if (this.#envelopes.has(element)) throw new Fault('peer.dk-loop');
    this.#envelopes.set(element, undefined);
    const claim = readEncryptedKey(claims.tape, element, policy);
    const cipherValue = base64Octets(claims.tape, claim.cipherValue);
    const sha1Base64 = digestBase64(SHA1, cipherValue);
    const envelope: PlannedEnvelope = {
      // The same cipher value decrypted in another way is another key.
      name: `${sha1Base64} ${nameOf(claim)}`,
      sha1Base64,
      cipherValue,
      opening: this.#opening(claim),
    };
    this.#envelopes.set(element, envelope);
    return envelope;
  }

  #opening({ element, method, recipient }: EncryptedKeyClaim): PlannedEnvelope['opening'] {
    if ('kind' in method) return { method, wrappingKey: this.secret(recipient, element) };
    const { tape } = this.claims;
    const reference = isX509Data(tape, recipient)
      ? readX509Data(tape, recipient, this.policy.limits)
      : readCertificateReference(tape, recipient, this.policy);
    return { method, recipient: this.#brought(reference, element) };
  }

  /** Reads the certificate, where the message holds it. */
  #brought(reference: CertificateReference, user: number): PlannedCertificate {
    switch (reference.form) {
      case 'name':
      case 'key-identifier':
      case 'x509-data':
        return reference;
      case 'token': {
        const { element, isEmbedded } = reference;
        const { claims, policy } = this;
        if (!isEmbedded) requirePlace(claims, element, user, claims.security.otherTokens.includes(element), policy);
        const token = readCertificateToken(claims.tape, element, policy.limits, this.#certificates);
        return { form: isEmbedded ? 'embedded' : 'token', ...token };
      }
    }
  }
}

function certificateKey(certificate: PlannedCertificate, named: number): PlannedCertificateKey {
  return { source: 'certificate', certificate, named };
}

function nameOf({ method }: EncryptedKeyClaim): string {
  if ('kind' in method) return method.name;
  const { algorithm, oaep } = method;
  const label = oaep === undefined ? '' : encodeBase64(oaep.label);
  return [algorithm.name, oaep?.hash, oaep?.maskHash, label].join(' ');
}
