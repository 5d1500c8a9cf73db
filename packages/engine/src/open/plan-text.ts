import type { Kind } from '@parley/core/internal';
import { FLAG, listOf, objectWith, oneOf, port, requireKind, TEXT } from '@parley/core/internal';
import type { Derivation } from '../message/opened-message.ts';
import type {
  AssertionKeyPlan,
  CertificatePlan,
  DecryptionPlan,
  EncryptedKeyPlan,
  KeyPlan,
  MessagePlan,
  ReferencePlan,
  SignaturePlan,
  SymmetricKeyPlan,
} from './message-plan.ts';

const PLAN: Kind<MessagePlan> = objectWith<MessagePlan>({
  profile: TEXT,
  order: oneOf(['verify', 'verify-then-decrypt', 'decrypt-then-verify']),
  signatures: listOf(port()),
  decryptions: listOf(port()),
  moreAfterDecryption: FLAG,
});

/**
 * A plan for people: one sentence per step. Names in it come from the message: whoever shows them to a terminal takes care of
 * control characters.
 * @throws Fault `caller.option-invalid` something else than a plan of `planOf`
 */
export function describePlan(plan: MessagePlan): readonly string[] {
  requireKind(PLAN, plan, 'plan');
  const { order, signatures, decryptions, moreAfterDecryption } = plan;
  const verify = signatures.flatMap((signature) => [valueText(signature), digestsText(signature)]);
  const decrypt = decryptions.map(decryptionText);
  if (order !== 'decrypt-then-verify') return [...verify, ...decrypt];
  const again =
    'Plan the rest again after decryption: it may show signatures, their tokens, and elements that they cover.';
  return [
    ...signatures.map(valueText),
    ...decrypt,
    ...(moreAfterDecryption ? [again] : []),
    ...signatures.map(digestsText),
  ];
}

function valueText({ algorithm, isEndorsing, key }: SignaturePlan): string {
  return `Check the value of ${isEndorsing ? 'the endorsing' : 'a'} signature: ${algorithm} with ${keyText(key)}.`;
}

function digestsText({ references, hiddenReferences }: SignaturePlan): string {
  const parts = references.map(referenceText);
  if (hiddenReferences > 0) parts.push(`${hiddenReferences} that ciphertext hides`);
  return `Compare its digests: ${parts.join(', ')}.`;
}

function referenceText({ role, localName, digest, isTokenTransform }: ReferencePlan): string {
  const by = isTokenTransform ? ' by STR-Transform' : '';
  return `${role === 'header' ? 'header ' : ''}${localName}${by} (${digest})`;
}

const PLACES: Readonly<Record<DecryptionPlan['place'], string>> = {
  body: 'in soap:Body',
  header: 'in soap:Header',
  security: 'in wsse:Security',
};

function decryptionText({ place, target, cipher, key }: DecryptionPlan): string {
  const what = target === 'content' ? 'content' : 'an element';
  return `Decrypt ${what} ${PLACES[place]}: ${cipher} with ${keyText(key)}.`;
}

function keyText(key: KeyPlan): string {
  if (key.source === 'certificate') return `the key of ${certificateText(key.certificate)}`;
  if (!('derivation' in key)) return `the key of the holder of ${assertionText(key)}`;
  return `${derivationText(key.derivation)}${secretText(key)}`;
}

function secretText(key: SymmetricKeyPlan): string {
  switch (key.source) {
    case 'context': {
      const instance = key.instance === undefined ? '' : `, instance ${key.instance}`;
      return `the secret of context ${key.identifier}${instance}, named by ${key.namedBy === 'token' ? 'its token' : 'the reference'}`;
    }
    case 'encrypted-key':
      return `the EncryptedKey ${key.sha1Base64}, ${openingText(key.opening)}`;
    case 'known-encrypted-key':
      return `the EncryptedKey ${key.sha1Base64} of another message`;
    case 'saml':
      return `the secret of the holder of ${assertionText(key)}, ${openingText(key.opening)}`;
    case 'username':
      return `the key made of the password of ${key.username} in ${key.iterations} rounds`;
  }
}

function assertionText({ assertionId, issuer }: AssertionKeyPlan): string {
  return `SAML assertion ${assertionId} by ${issuer}`;
}

function derivationText(derivation: readonly Derivation[]): string {
  return [...derivation]
    .reverse()
    .map(({ implied, lengthBytes, offsetBytes }) => {
      const range = `octets [${offsetBytes}, ${offsetBytes + lengthBytes})`;
      return `${range} of ${implied ? 'an implied derivation' : 'a derivation'} from `;
    })
    .join('');
}

function openingText(opening: EncryptedKeyPlan['opening']): string {
  if ('wrappingKey' in opening) return `wrapped by ${opening.algorithm} with ${keyText(opening.wrappingKey)}`;
  return `encrypted by ${opening.algorithm} for ${certificateText(opening.recipient)}`;
}

const FORMS: Readonly<Record<CertificatePlan['form'], string>> = {
  token: 'in a token',
  embedded: 'embedded in the reference',
  'key-identifier': 'as a KeyIdentifier',
  'x509-data': 'in ds:X509Data',
  'subject-key-identifier': 'SubjectKeyIdentifier',
  thumbprint: 'SHA-1 thumbprint',
  'issuer-serial': 'serial number',
  'subject-name': 'subject',
};

function certificateText(certificate: CertificatePlan): string {
  return 'name' in certificate
    ? `the certificate with ${FORMS[certificate.form]} ${certificate.name}`
    : `the certificate of ${certificate.subject} (${FORMS[certificate.form]})`;
}
