import type { Tape } from '@parley/codec';
import { bytesEqual, canonicalise, isNamed, localName, Namespace, OctetSink } from '@parley/codec/internal';
import { ChildCursor } from '../claims/child-cursor.ts';
import { attributeIs, characterText, requireAttribute } from '../claims/claim.ts';
import { structureInvalid } from '../claims/shape-refusals.ts';
import type { AssertionAttribute, AssertionSubject } from '../message/opened-message.ts';
import type { Policy } from '../policy/policy.ts';
import type { AssertionContent, ConfirmationClaim } from './assertion-claim.ts';
import {
  confirmationNamed,
  readAttributeValues,
  readConditions,
  readConfirmationKey,
  readSubjectName,
  requiredText,
} from './assertion-parts.ts';
import { readEnvelopedSignature } from './enveloped-signature.ts';

const { ds: IN_DS, saml11: IN_SAML } = Namespace;

const MAJOR_VERSION = localName('MajorVersion');
const MINOR_VERSION = localName('MinorVersion');
const ONE = localName('1');
const ASSERTION_ID = localName('AssertionID');
const ISSUER = localName('Issuer');
const SIGNATURE = localName('Signature');
const CONDITIONS = localName('Conditions');
const AUTHENTICATION_STATEMENT = localName('AuthenticationStatement');
const ATTRIBUTE_STATEMENT = localName('AttributeStatement');
const SUBJECT = localName('Subject');
const NAME_IDENTIFIER = localName('NameIdentifier');
const SUBJECT_CONFIRMATION = localName('SubjectConfirmation');
const CONFIRMATION_METHOD = localName('ConfirmationMethod');
const KEY_INFO = localName('KeyInfo');
const ATTRIBUTE = localName('Attribute');
const ATTRIBUTE_NAME = localName('AttributeName');
const ATTRIBUTE_NAMESPACE = localName('AttributeNamespace');

/**
 * Reads saml:Assertion (SAML 1.1 §2.3.2) without Advice, with statements of attributes and of authentication only, all about
 * the same subject with one confirmation.
 *
 * @throws Fault `peer.structure-invalid`, `peer.limit-value`, `peer.timestamp-invalid`, `peer.assertion-*`, and what reading
 *   the signature and the key throws
 */
export function readSaml11(tape: Tape, element: number, policy: Policy): AssertionContent {
  const { limits } = policy;
  for (const local of [MAJOR_VERSION, MINOR_VERSION]) {
    if (!attributeIs(tape, requireAttribute(tape, element, local, 'version'), ONE))
      throw structureInvalid(tape, element, 'MajorVersion or MinorVersion of saml:Assertion');
  }
  const children = new ChildCursor(tape, element, 'saml:Assertion');
  const conditions = children.optional(IN_SAML, CONDITIONS);
  const attributes: AssertionAttribute[] = [];
  const subjects: number[] = [];
  while (children.child >= 0 && !isNamed(tape, children.child, IN_DS, SIGNATURE)) {
    const authentication = children.optional(IN_SAML, AUTHENTICATION_STATEMENT);
    const statement = authentication < 0 ? children.optional(IN_SAML, ATTRIBUTE_STATEMENT) : authentication;
    if (statement < 0) children.end();
    const parts = new ChildCursor(tape, statement, 'a statement of saml:Assertion');
    subjects.push(parts.required(IN_SAML, SUBJECT, 'saml:Subject'));
    if (authentication < 0) attributes.push(...readAttributes(tape, parts, policy));
  }
  const signature = children.optional(IN_DS, SIGNATURE);
  children.end();
  return {
    id: requiredText(tape, element, ASSERTION_ID, 'AssertionID', limits),
    issuer: requiredText(tape, element, ISSUER, 'Issuer', limits),
    signature: signature < 0 ? undefined : readEnvelopedSignature(tape, signature, element, policy),
    ...readSubject(tape, oneOf(tape, element, subjects), policy),
    conditions: readConditions(tape, conditions, '1.1', limits),
    attributes,
  };
}

// Each statement has a subject of its own; an assertion about two of them would need two answers.
function oneOf(tape: Tape, assertion: number, [first, ...others]: readonly number[]): number {
  if (first === undefined) throw structureInvalid(tape, assertion, 'saml:Assertion without a statement');
  if (others.length === 0) return first;
  const expected = canonicalForm(tape, first);
  for (const other of others) {
    const form = canonicalForm(tape, other);
    if (!bytesEqual(form, 0, form.length, expected)) throw structureInvalid(tape, other, 'two saml:Subject');
  }
  return first;
}

function canonicalForm(tape: Tape, element: number): Uint8Array {
  const sink = new OctetSink();
  canonicalise(tape, element, sink);
  return sink.take();
}

function readSubject(
  tape: Tape,
  element: number,
  { limits }: Policy,
): { readonly subject: AssertionSubject | undefined; readonly confirmation: ConfirmationClaim } {
  const children = new ChildCursor(tape, element, 'saml:Subject');
  const name = children.optional(IN_SAML, NAME_IDENTIFIER);
  const confirmation = children.required(IN_SAML, SUBJECT_CONFIRMATION, 'saml:SubjectConfirmation');
  children.end();
  const parts = new ChildCursor(tape, confirmation, 'saml:SubjectConfirmation');
  const methodElement = parts.required(IN_SAML, CONFIRMATION_METHOD, 'saml:ConfirmationMethod');
  const keyInfo = parts.optional(IN_DS, KEY_INFO);
  parts.end();
  const methodText = characterText(tape, methodElement, 'saml:ConfirmationMethod', limits.identifierBytesMax);
  const method = confirmationNamed(methodText, '1.1');
  return {
    subject: name < 0 ? undefined : readSubjectName(tape, name, limits),
    confirmation: {
      method,
      key: readConfirmationKey(tape, confirmation, method, keyInfo, limits),
      validity: { notBeforeMs: undefined, notOnOrAfterMs: undefined },
      recipient: undefined,
    },
  };
}

function readAttributes(tape: Tape, children: ChildCursor, { limits }: Policy): readonly AssertionAttribute[] {
  const attributes: AssertionAttribute[] = [];
  while (children.child >= 0) {
    const attribute = children.required(IN_SAML, ATTRIBUTE, 'saml:Attribute');
    attributes.push({
      name: requiredText(tape, attribute, ATTRIBUTE_NAME, 'AttributeName', limits),
      namespace: requiredText(tape, attribute, ATTRIBUTE_NAMESPACE, 'AttributeNamespace', limits),
      values: readAttributeValues(tape, attribute, IN_SAML, limits),
    });
  }
  return attributes;
}
