import type { Attribute, QualifiedName, XmlWriter } from '@parley/codec';
import { namesIn, UNQUALIFIED } from '@parley/codec/internal';
import type { ConfirmationName, SamlVersion } from '@parley/core';
import { formatInstant, SAML_URIS } from '@parley/core/internal';
import type { AssertionAttribute, AssertionSubject } from '../message/opened-message.ts';
import { KEY_INFO, SAML } from './names.ts';

/** An attribute to be written: its values are texts. */
export interface AttributeWish extends AssertionAttribute {
  readonly values: readonly string[];
}

/** What an assertion says. */
export interface AssertionParts {
  readonly version: SamlVersion;
  readonly id: string;
  readonly issuer: string;
  readonly issuedAtMs: number;
  readonly notOnOrAfterMs: number;
  readonly subject: AssertionSubject | undefined;
  readonly method: ConfirmationName;
  /** Writes the key of the holder, as ds:KeyInfo holds it. */
  readonly writeKey: ((writer: XmlWriter) => void) | undefined;
  readonly audiences: readonly string[];
  readonly useOnce: boolean;
  readonly attributes: readonly AttributeWish[];
  /** Writes the Signature, once there is one. */
  readonly writeSignature: ((writer: XmlWriter) => void) | undefined;
}

const NAMES = namesIn(SAML, [
  'Assertion',
  'Attribute',
  'AttributeStatement',
  'AttributeValue',
  'Audience',
  'AudienceRestriction',
  'AudienceRestrictionCondition',
  'AuthenticationStatement',
  'Conditions',
  'ConfirmationMethod',
  'DoNotCacheCondition',
  'Issuer',
  'NameID',
  'NameIdentifier',
  'OneTimeUse',
  'Subject',
  'SubjectConfirmation',
  'SubjectConfirmationData',
]);

const ASSERTION_ID = UNQUALIFIED.name('AssertionID');
const ATTRIBUTE_NAME = UNQUALIFIED.name('AttributeName');
const ATTRIBUTE_NAMESPACE = UNQUALIFIED.name('AttributeNamespace');
const AUTHENTICATION_INSTANT = UNQUALIFIED.name('AuthenticationInstant');
const AUTHENTICATION_METHOD = UNQUALIFIED.name('AuthenticationMethod');
const FORMAT = UNQUALIFIED.name('Format');
const ID = UNQUALIFIED.name('ID');
const ISSUE_INSTANT = UNQUALIFIED.name('IssueInstant');
const ISSUER = UNQUALIFIED.name('Issuer');
const MAJOR_VERSION = UNQUALIFIED.name('MajorVersion');
const METHOD = UNQUALIFIED.name('Method');
const MINOR_VERSION = UNQUALIFIED.name('MinorVersion');
const NAME = UNQUALIFIED.name('Name');
const NAME_FORMAT = UNQUALIFIED.name('NameFormat');
const NAME_QUALIFIER = UNQUALIFIED.name('NameQualifier');
const NOT_BEFORE = UNQUALIFIED.name('NotBefore');
const NOT_ON_OR_AFTER = UNQUALIFIED.name('NotOnOrAfter');
const VERSION = UNQUALIFIED.name('Version');

const UNSPECIFIED_METHOD = 'urn:oasis:names:tc:SAML:1.0:am:unspecified';

/** saml:Assertion of the version that it is to have. */
export function writeAssertion(writer: XmlWriter, parts: AssertionParts): void {
  if (parts.version === '1.1') writeSaml11(writer, parts);
  else writeSaml20(writer, parts);
}

function writeSaml20(writer: XmlWriter, parts: AssertionParts): void {
  const names = NAMES['2.0'];
  writer.open(names.Assertion, [
    [ID, parts.id],
    [ISSUE_INSTANT, formatInstant(parts.issuedAtMs)],
    [VERSION, '2.0'],
  ]);
  writer.element(names.Issuer, parts.issuer);
  parts.writeSignature?.(writer);
  writer.open(names.Subject);
  writeName(writer, names.NameID, parts.subject);
  writer.open(names.SubjectConfirmation, [[METHOD, SAML_URIS['2.0'].confirmation[parts.method]]]);
  if (parts.writeKey !== undefined) {
    writer.open(names.SubjectConfirmationData).open(KEY_INFO);
    parts.writeKey(writer);
    writer.close().close();
  }
  writer.close().close();
  openConditions(writer, parts);
  writeAudiences(writer, names.AudienceRestriction, parts);
  if (parts.useOnce) writer.element(names.OneTimeUse, '');
  writer.close();
  if (parts.attributes.length > 0) {
    writer.open(names.AttributeStatement);
    for (const { name, namespace, values } of parts.attributes) {
      const format: readonly Attribute[] = namespace === undefined ? [] : [[NAME_FORMAT, namespace]];
      writer.open(names.Attribute, [[NAME, name], ...format]);
      for (const value of values) writer.element(names.AttributeValue, value);
      writer.close();
    }
    writer.close();
  }
  writer.close();
}

function writeSaml11(writer: XmlWriter, parts: AssertionParts): void {
  const names = NAMES['1.1'];
  writer.open(names.Assertion, [
    [ASSERTION_ID, parts.id],
    [ISSUE_INSTANT, formatInstant(parts.issuedAtMs)],
    [ISSUER, parts.issuer],
    [MAJOR_VERSION, '1'],
    [MINOR_VERSION, '1'],
  ]);
  openConditions(writer, parts);
  writeAudiences(writer, names.AudienceRestrictionCondition, parts);
  if (parts.useOnce) writer.element(names.DoNotCacheCondition, '');
  writer.close();
  // An assertion has a statement: without attributes, that the subject was authenticated somehow.
  if (parts.attributes.length === 0) {
    writer.open(names.AuthenticationStatement, [
      [AUTHENTICATION_INSTANT, formatInstant(parts.issuedAtMs)],
      [AUTHENTICATION_METHOD, UNSPECIFIED_METHOD],
    ]);
    writeSubject11(writer, parts);
  } else {
    writer.open(names.AttributeStatement);
    writeSubject11(writer, parts);
    for (const { name, namespace, values } of parts.attributes) {
      writer.open(names.Attribute, [
        [ATTRIBUTE_NAME, name],
        [ATTRIBUTE_NAMESPACE, namespace ?? ''],
      ]);
      for (const value of values) writer.element(names.AttributeValue, value);
      writer.close();
    }
  }
  writer.close();
  parts.writeSignature?.(writer);
  writer.close();
}

function writeSubject11(writer: XmlWriter, { method, subject, writeKey }: AssertionParts): void {
  const names = NAMES['1.1'];
  writer.open(names.Subject);
  writeName(writer, names.NameIdentifier, subject);
  writer.open(names.SubjectConfirmation);
  writer.element(names.ConfirmationMethod, SAML_URIS['1.1'].confirmation[method]);
  if (writeKey !== undefined) {
    writer.open(KEY_INFO);
    writeKey(writer);
    writer.close();
  }
  writer.close().close();
}

function writeName(writer: XmlWriter, name: QualifiedName, subject: AssertionSubject | undefined): void {
  if (subject === undefined) return;
  const attributes: Attribute[] = [];
  if (subject.format !== undefined) attributes.push([FORMAT, subject.format]);
  if (subject.nameQualifier !== undefined) attributes.push([NAME_QUALIFIER, subject.nameQualifier]);
  writer.element(name, subject.name, attributes);
}

function openConditions(writer: XmlWriter, { version, issuedAtMs, notOnOrAfterMs }: AssertionParts): void {
  writer.open(NAMES[version].Conditions, [
    [NOT_BEFORE, formatInstant(issuedAtMs)],
    [NOT_ON_OR_AFTER, formatInstant(notOnOrAfterMs)],
  ]);
}

function writeAudiences(writer: XmlWriter, restriction: QualifiedName, { version, audiences }: AssertionParts): void {
  if (audiences.length === 0) return;
  writer.open(restriction);
  for (const audience of audiences) writer.element(NAMES[version].Audience, audience);
  writer.close();
}
