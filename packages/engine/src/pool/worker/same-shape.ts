/** Whether two replies differ in nothing but what is among the values of each (transfer/reply-record.ts). */
import type { Derivation, EncryptedPart, KeyUse, OpenedMessage, SignedPart } from '../../message/opened-message.ts';
import type { OpenedRest } from '../transfer/reply-record.ts';
import type { Verdict } from '../transfer/verdict.ts';
import { keyIndex } from '../transfer/verdict.ts';

/** An opened message, with what its record says besides. */
export interface OpenedAnswer {
  readonly opened: OpenedMessage;
  readonly keys: readonly KeyUse[];
  readonly rest: OpenedRest | null;
}

/** Whether one record does for both. */
export function isSameVerdict(left: Verdict<OpenedMessage>, right: Verdict<OpenedMessage>): boolean {
  return (
    isSameHead(left, right) &&
    isSameList(left.signed, right.signed, Object.is) &&
    isSameList(left.encrypted, right.encrypted, Object.is) &&
    isSameList(left.algorithms, right.algorithms, Object.is) &&
    isSameList(left.keys, right.keys, isSameKey)
  );
}

/** Whether one record does for both. */
export function isSameOpened(left: OpenedAnswer, right: OpenedAnswer): boolean {
  return (
    left.rest === null &&
    right.rest === null &&
    left.opened.assertions.length + right.opened.assertions.length === 0 &&
    left.opened.signatureConfirmed === right.opened.signatureConfirmed &&
    left.opened.signatureValues.length === right.opened.signatureValues.length &&
    isSameHead(left.opened, right.opened) &&
    isSameList(left.keys, right.keys, isSameKey) &&
    isSameList(left.opened.signed, right.opened.signed, (one, other) =>
      isSameSigned(one, other, left.keys, right.keys),
    ) &&
    isSameList(left.opened.encrypted, right.opened.encrypted, (one, other) =>
      isSameEncrypted(one, other, left.keys, right.keys),
    )
  );
}

/** The nonces of all derivations, in order. */
export function noncesOf(keys: readonly KeyUse[]): readonly string[] {
  return keys.flatMap((key) =>
    key.source === 'certificate' ? [] : key.derivation.map(({ nonceBase64 }) => nonceBase64),
  );
}

type Head = Pick<OpenedMessage, 'soapVersion' | 'identifier' | 'instance' | 'version' | 'principal' | 'action' | 'to'>;

function isSameHead(left: Head, right: Head): boolean {
  return (
    left.soapVersion === right.soapVersion &&
    left.identifier === right.identifier &&
    left.instance === right.instance &&
    left.version === right.version &&
    left.principal === right.principal &&
    left.action === right.action &&
    left.to === right.to
  );
}

/** But for nonces. Of certificates, each is a shape of its own. */
function isSameKey(left: KeyUse, right: KeyUse): boolean {
  if (left.source === 'certificate' || right.source === 'certificate') return false;
  return isSameName(left, right) && isSameList(left.derivation, right.derivation, isSameStep);
}

function isSameName(left: KeyUse, right: KeyUse): boolean {
  if (left.source === 'context' && right.source === 'context')
    return left.identifier === right.identifier && left.instance === right.instance;
  if (left.source === 'saml' && right.source === 'saml') return left.assertionId === right.assertionId;
  if (left.source === 'username' && right.source === 'username') return left.username === right.username;
  return (
    'sha1Base64' in left &&
    'sha1Base64' in right &&
    left.source === right.source &&
    left.sha1Base64 === right.sha1Base64
  );
}

function isSameStep(left: Derivation, right: Derivation): boolean {
  return (
    left.label === right.label &&
    left.offsetBytes === right.offsetBytes &&
    left.lengthBytes === right.lengthBytes &&
    left.implied === right.implied
  );
}

type Keys = readonly KeyUse[];

function isSameSigned(left: SignedPart, right: SignedPart, leftKeys: Keys, rightKeys: Keys): boolean {
  return (
    left.localName === right.localName &&
    left.namespace === right.namespace &&
    left.role === right.role &&
    left.digest === right.digest &&
    left.algorithm === right.algorithm &&
    keyIndex(leftKeys, left.key) === keyIndex(rightKeys, right.key)
  );
}

function isSameEncrypted(left: EncryptedPart, right: EncryptedPart, leftKeys: Keys, rightKeys: Keys): boolean {
  return (
    left.localName === right.localName &&
    left.namespace === right.namespace &&
    left.role === right.role &&
    left.target === right.target &&
    left.cipher === right.cipher &&
    keyIndex(leftKeys, left.key) === keyIndex(rightKeys, right.key)
  );
}

function isSameList<Item>(
  left: readonly Item[],
  right: readonly Item[],
  isSame: (one: Item, other: Item) => boolean,
): boolean {
  if (left.length !== right.length) return false;
  for (let index = 0; index < left.length; index++) if (!isSame(left[index]!, right[index]!)) return false;
  return true;
}
