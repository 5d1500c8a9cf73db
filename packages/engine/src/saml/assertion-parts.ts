/** Parts of an assertion that both versions of SAML have, under other names. */
import type { Tape } from '@parley/codec';
import { attributeNamed, firstChild, localName, Namespace } from '@parley/codec/internal';
import type { ConfirmationName, Limits, SamlVersion } from '@parley/core';
import { Fault } from '@parley/core';
import { CONFIRMATION_NAMES, parseInstant, SAML_URIS } from '@parley/core/internal';
import { ChildCursor } from '../claims/child-cursor.ts';
import { boundedText, characterText, requireAttribute } from '../claims/claim.ts';
import { structureInvalid } from '../claims/shape-refusals.ts';
import type { AssertionAttribute, AssertionSubject } from '../message/opened-message.ts';
import type { ConditionsClaim, ConfirmationClaim, Validity } from './assertion-claim.ts';
import { readHolderKey } from './holder-key.ts';

/** The namespace of each version. */
export const SAML_NAMESPACES: Readonly<Record<SamlVersion, Namespace>> = {
  '1.1': Namespace.saml11,
  '2.0': Namespace.saml20,
};

const NOT_BEFORE = localName('NotBefore');
const NOT_ON_OR_AFTER = localName('NotOnOrAfter');
const AUDIENCE = localName('Audience');
const FORMAT = localName('Format');
const NAME_QUALIFIER = localName('NameQualifier');
const ATTRIBUTE_VALUE = localName('AttributeValue');
const PROXY_RESTRICTION = localName('ProxyRestriction');
const RESTRICTIONS = { '1.1': localName('AudienceRestrictionCondition'), '2.0': localName('AudienceRestriction') };
const ONCE = { '1.1': localName('DoNotCacheCondition'), '2.0': localName('OneTimeUse') };
const INSTANT_BYTES_MAX = 64;

/** The value of an attribute without namespace, if the element has it. @throws Fault `peer.limit-value` */
export function optionalText(tape: Tape, element: number, local: Uint8Array, limits: Limits): string | undefined {
  const attribute = attributeNamed(tape, element, Namespace.none, local);
  return attribute < 0 ? undefined : boundedText(tape, attribute, limits.identifierBytesMax);
}

/** The same, of an attribute that must be there and say something. @throws Fault `peer.structure-invalid` */
export function requiredText(tape: Tape, element: number, local: Uint8Array, name: string, limits: Limits): string {
  const text = boundedText(tape, requireAttribute(tape, element, local, name), limits.identifierBytesMax);
  if (text === '') throw structureInvalid(tape, element, `${name} is empty`);
  return text;
}

/** @throws Fault `peer.timestamp-invalid` not a UTC instant */
export function instantOf(tape: Tape, attribute: number): number {
  return parseInstant(boundedText(tape, attribute, INSTANT_BYTES_MAX, 'textBytesMax'));
}

/** NotBefore and NotOnOrAfter of an element. @throws Fault `peer.timestamp-invalid` */
export function readValidity(tape: Tape, element: number): Validity {
  const instant = (local: Uint8Array): number | undefined => {
    const attribute = attributeNamed(tape, element, Namespace.none, local);
    return attribute < 0 ? undefined : instantOf(tape, attribute);
  };
  return { notBeforeMs: instant(NOT_BEFORE), notOnOrAfterMs: instant(NOT_ON_OR_AFTER) };
}

/** NameID or NameIdentifier. @throws Fault `peer.structure-invalid`, `peer.limit-value` */
export function readSubjectName(tape: Tape, element: number, limits: Limits): AssertionSubject {
  return {
    name: characterText(tape, element, 'name of the subject', limits.identifierBytesMax),
    format: optionalText(tape, element, FORMAT, limits),
    nameQualifier: optionalText(tape, element, NAME_QUALIFIER, limits),
  };
}

const NO_VALIDITY: Validity = { notBeforeMs: undefined, notOnOrAfterMs: undefined };

/** Conditions of `version`; -1 for none. @throws Fault `peer.assertion-condition` one that we do not know; `peer.structure-invalid` */
export function readConditions(tape: Tape, element: number, version: SamlVersion, limits: Limits): ConditionsClaim {
  if (element < 0) return { validity: NO_VALIDITY, audiences: [], useOnce: false };
  const namespace = SAML_NAMESPACES[version];
  const audiences: (readonly string[])[] = [];
  let useOnce = false;
  const conditions = new ChildCursor(tape, element, 'saml:Conditions');
  while (conditions.child >= 0) {
    const restriction = conditions.optional(namespace, RESTRICTIONS[version]);
    if (restriction >= 0) audiences.push(readAudiences(tape, restriction, namespace, limits));
    else if (conditions.optional(namespace, ONCE[version]) >= 0) useOnce = true;
    // It limits what other assertions may be issued on the strength of this one; we issue none.
    else if (version === '1.1' || conditions.optional(namespace, PROXY_RESTRICTION) < 0)
      throw new Fault('peer.assertion-condition', { reason: 'an unknown condition' });
  }
  return { validity: readValidity(tape, element), audiences, useOnce };
}

function readAudiences(tape: Tape, element: number, namespace: number, limits: Limits): readonly string[] {
  const children = new ChildCursor(tape, element, 'saml:AudienceRestriction');
  const audiences: string[] = [];
  do {
    const audience = children.required(namespace, AUDIENCE, 'saml:Audience');
    audiences.push(characterText(tape, audience, 'saml:Audience', limits.identifierBytesMax));
  } while (children.child >= 0);
  return audiences;
}

/** The short name of a confirmation method. @throws Fault `peer.assertion-unconfirmed` we do not know it */
export function confirmationNamed(uri: string, version: SamlVersion): ConfirmationName {
  const name = CONFIRMATION_NAMES.find((candidate) => SAML_URIS[version].confirmation[candidate] === uri);
  if (name === undefined) throw new Fault('peer.assertion-unconfirmed', { method: uri.slice(0, 128) });
  return name;
}

/** The key in `keyInfo` (-1 for none), of which there is one if the method wants one. @throws Fault `peer.structure-invalid` */
export function readConfirmationKey(
  tape: Tape,
  confirmation: number,
  method: ConfirmationName,
  keyInfo: number,
  limits: Limits,
): ConfirmationClaim['key'] {
  if ((method === 'holder-of-key') !== keyInfo >= 0)
    throw structureInvalid(tape, confirmation, `ds:KeyInfo of a confirmation by ${method}`);
  return keyInfo < 0 ? undefined : readHolderKey(tape, keyInfo, limits);
}

/** The values of an Attribute. @throws Fault `peer.structure-invalid` */
export function readAttributeValues(
  tape: Tape,
  attribute: number,
  namespace: number,
  limits: Limits,
): AssertionAttribute['values'] {
  const children = new ChildCursor(tape, attribute, 'saml:Attribute');
  const values: (string | undefined)[] = [];
  while (children.child >= 0) {
    const value = children.required(namespace, ATTRIBUTE_VALUE, 'saml:AttributeValue');
    const isText = firstChild(tape, value) < 0;
    values.push(
      isText
        ? characterText(tape, value, 'saml:AttributeValue', limits.assertionBytesMax, 'assertionBytesMax')
        : undefined,
    );
  }
  return values;
}
