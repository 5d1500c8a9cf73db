import type { Tape } from '@parley/codec';
import { attributeNamed, localName, Namespace } from '@parley/codec/internal';
import { ChildCursor } from '../claims/child-cursor.ts';
import { attributeIs, characterText, requireAttribute } from '../claims/claim.ts';
import { structureInvalid } from '../claims/shape-refusals.ts';
import type { AssertionAttribute, AssertionSubject } from '../message/opened-message.ts';
import type { Policy } from '../policy/policy.ts';
import type { AssertionContent, ConfirmationClaim } from './assertion-claim.ts';
import {
  confirmationNamed,
  optionalText,
  readAttributeValues,
  readConditions,
  readConfirmationKey,
  readSubjectName,
  readValidity,
  requiredText,
} from './assertion-parts.ts';
import { readEnvelopedSignature } from './enveloped-signature.ts';

const { ds: IN_DS, saml20: IN_SAML } = Namespace;

const VERSION = localName('Version');
const VERSION_20 = localName('2.0');
const ID = localName('ID');
const ISSUER = localName('Issuer');
const SIGNATURE = localName('Signature');
const SUBJECT = localName('Subject');
const NAME_ID = localName('NameID');
const SUBJECT_CONFIRMATION = localName('SubjectConfirmation');
const SUBJECT_CONFIRMATION_DATA = localName('SubjectConfirmationData');
const METHOD = localName('Method');
const RECIPIENT = localName('Recipient');
const IN_RESPONSE_TO = localName('InResponseTo');
const ADDRESS = localName('Address');
const KEY_INFO = localName('KeyInfo');
const CONDITIONS = localName('Conditions');
const AUTHN_STATEMENT = localName('AuthnStatement');
const ATTRIBUTE_STATEMENT = localName('AttributeStatement');
const ATTRIBUTE = localName('Attribute');
const NAME = localName('Name');
const NAME_FORMAT = localName('NameFormat');

/**
 * Reads saml2:Assertion (SAML 2.0 §2.3.3) without Advice, with one confirmation, and with statements of attributes and of
 * authentication only; the latter are not looked into.
 *
 * @throws Fault `peer.structure-invalid`, `peer.limit-value`, `peer.timestamp-invalid`, `peer.assertion-*`, and what reading
 *   the signature and the key throws
 */
export function readSaml20(tape: Tape, element: number, policy: Policy): AssertionContent {
  const { limits } = policy;
  if (!attributeIs(tape, requireAttribute(tape, element, VERSION, 'Version'), VERSION_20))
    throw structureInvalid(tape, element, 'Version of saml:Assertion');
  const children = new ChildCursor(tape, element, 'saml:Assertion');
  const issuer = children.required(IN_SAML, ISSUER, 'saml:Issuer');
  const signature = children.optional(IN_DS, SIGNATURE);
  const subject = children.required(IN_SAML, SUBJECT, 'saml:Subject');
  const conditions = children.optional(IN_SAML, CONDITIONS);
  const attributes: AssertionAttribute[] = [];
  while (children.child >= 0) {
    if (children.optional(IN_SAML, AUTHN_STATEMENT) >= 0) continue;
    const statement = children.optional(IN_SAML, ATTRIBUTE_STATEMENT);
    if (statement < 0) children.end();
    else attributes.push(...readAttributes(tape, statement, policy));
  }
  return {
    id: requiredText(tape, element, ID, 'ID', limits),
    issuer: characterText(tape, issuer, 'saml:Issuer', limits.identifierBytesMax),
    signature: signature < 0 ? undefined : readEnvelopedSignature(tape, signature, element, policy),
    ...readSubject(tape, subject, policy),
    conditions: readConditions(tape, conditions, '2.0', limits),
    attributes,
  };
}

function readSubject(
  tape: Tape,
  element: number,
  policy: Policy,
): { readonly subject: AssertionSubject | undefined; readonly confirmation: ConfirmationClaim } {
  const children = new ChildCursor(tape, element, 'saml:Subject');
  const name = children.optional(IN_SAML, NAME_ID);
  const confirmation = children.required(IN_SAML, SUBJECT_CONFIRMATION, 'saml:SubjectConfirmation');
  children.end();
  return {
    subject: name < 0 ? undefined : readSubjectName(tape, name, policy.limits),
    confirmation: readConfirmation(tape, confirmation, policy),
  };
}

function readConfirmation(tape: Tape, element: number, { limits }: Policy): ConfirmationClaim {
  const method = confirmationNamed(requiredText(tape, element, METHOD, 'Method', limits), '2.0');
  const children = new ChildCursor(tape, element, 'saml:SubjectConfirmation');
  const data = children.optional(IN_SAML, SUBJECT_CONFIRMATION_DATA);
  children.end();
  let keyInfo = -1;
  if (data >= 0) {
    // There is no request of SAML here to be answered, and we do not know where a message came from.
    for (const local of [IN_RESPONSE_TO, ADDRESS]) {
      if (attributeNamed(tape, data, Namespace.none, local) >= 0)
        throw structureInvalid(tape, data, 'InResponseTo or Address of saml:SubjectConfirmationData');
    }
    const parts = new ChildCursor(tape, data, 'saml:SubjectConfirmationData');
    keyInfo = parts.optional(IN_DS, KEY_INFO);
    parts.end();
  }
  return {
    method,
    key: readConfirmationKey(tape, element, method, keyInfo, limits),
    validity: readValidity(tape, Math.max(data, element)),
    recipient: data < 0 ? undefined : optionalText(tape, data, RECIPIENT, limits),
  };
}

function readAttributes(tape: Tape, statement: number, { limits }: Policy): readonly AssertionAttribute[] {
  const children = new ChildCursor(tape, statement, 'saml:AttributeStatement');
  const attributes: AssertionAttribute[] = [];
  while (children.child >= 0) {
    const attribute = children.required(IN_SAML, ATTRIBUTE, 'saml:Attribute');
    attributes.push({
      name: requiredText(tape, attribute, NAME, 'Name', limits),
      namespace: optionalText(tape, attribute, NAME_FORMAT, limits),
      values: readAttributeValues(tape, attribute, IN_SAML, limits),
    });
  }
  return attributes;
}
