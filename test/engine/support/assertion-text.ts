/** Assertions made from text, and signed by Node's own cryptography and none of our writers: right or wrong in whatever a test is about. */
import { createHash, createPrivateKey, sign } from 'node:crypto';
import { canonicalise, OctetSink, scan, Tape } from '@parley/codec';
import { DEFAULT_LIMITS, type SamlVersion } from '@parley/core';
import { NOW_MS } from './sample.ts';
import { ISSUER } from './sample-assertions.ts';
import { sampleKey } from './sample-keys.ts';

const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const XENC = 'http://www.w3.org/2001/04/xmlenc#';
const DS = 'http://www.w3.org/2000/09/xmldsig#';
const at = (ms: number): string => new Date(NOW_MS + ms).toISOString();

/** Parts of an assertion, as markup under the prefix `x`. */
export interface AssertionMarkup {
  readonly attributes?: string;
  readonly issuer?: string;
  readonly subject?: string;
  readonly conditions?: string;
  readonly statements?: string;
  /** PrefixList of its C14N. */
  readonly prefixes?: string;
}

export const BEARER_SUBJECT = `<x:Subject><x:NameID>alice</x:NameID><x:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"/></x:Subject>`;
export const BEARER_SUBJECT_11 = `<x:Subject><x:NameIdentifier>alice</x:NameIdentifier><x:SubjectConfirmation><x:ConfirmationMethod>urn:oasis:names:tc:SAML:1.0:cm:bearer</x:ConfirmationMethod></x:SubjectConfirmation></x:Subject>`;
export const TIMES = `NotBefore="${at(-1000)}" NotOnOrAfter="${at(60_000)}"`;

export function signedMarkup(version: SamlVersion, markup: AssertionMarkup = {}): Uint8Array {
  const conditions = markup.conditions ?? `<x:Conditions ${TIMES}/>`;
  const text =
    version === '2.0'
      ? `<x:Assertion xmlns:x="urn:oasis:names:tc:SAML:2.0:assertion" ${markup.attributes ?? 'Version="2.0"'} ID="_a1" IssueInstant="${at(-1000)}"><x:Issuer>${markup.issuer ?? ISSUER}</x:Issuer><!--signature-->${markup.subject ?? BEARER_SUBJECT}${conditions}${markup.statements ?? ''}</x:Assertion>`
      : `<x:Assertion xmlns:x="urn:oasis:names:tc:SAML:1.0:assertion" ${markup.attributes ?? 'MajorVersion="1" MinorVersion="1"'} AssertionID="_a1" Issuer="${markup.issuer ?? ISSUER}" IssueInstant="${at(-1000)}">${conditions}${markup.statements ?? `<x:AuthenticationStatement AuthenticationMethod="urn:a" AuthenticationInstant="${at(-1000)}">${markup.subject ?? BEARER_SUBJECT_11}</x:AuthenticationStatement>`}<!--signature--></x:Assertion>`;
  return new TextEncoder().encode(text.replace('<!--signature-->', () => signatureOf(text, markup.prefixes)));
}

function signatureOf(text: string, prefixes: string | undefined): string {
  const { privateKeyDer, certificate } = sampleKey('sts', 'rsa');
  const key = createPrivateKey({ key: Buffer.from(privateKeyDer), format: 'der', type: 'pkcs8' });
  const list =
    prefixes === undefined ? '' : `<ec:InclusiveNamespaces xmlns:ec="${EXCLUSIVE}" PrefixList="${prefixes}"/>`;
  const digest = createHash('sha256')
    .update(canonical(text.replace('<!--signature-->', ''), prefixes))
    .digest('base64');
  const info = `<d:SignedInfo xmlns:d="${DS}"><d:CanonicalizationMethod Algorithm="${EXCLUSIVE}"/><d:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/><d:Reference URI="#_a1"><d:Transforms><d:Transform Algorithm="${DS}enveloped-signature"/><d:Transform Algorithm="${EXCLUSIVE}">${list}</d:Transform></d:Transforms><d:DigestMethod Algorithm="${XENC}sha256"/><d:DigestValue>${digest}</d:DigestValue></d:Reference></d:SignedInfo>`;
  const value = sign('sha256', canonical(info), key).toString('base64');
  const der = Buffer.from(certificate.der).toString('base64');
  return `<d:Signature xmlns:d="${DS}">${info}<d:SignatureValue>${value}</d:SignatureValue><d:KeyInfo><d:X509Data><d:X509Certificate>${der}</d:X509Certificate></d:X509Data></d:KeyInfo></d:Signature>`;
}

function canonical(text: string, prefixes?: string): Uint8Array {
  const tape = new Tape();
  scan(new TextEncoder().encode(text), DEFAULT_LIMITS, tape);
  const sink = new OctetSink();
  canonicalise(tape, 0, sink, { inclusivePrefixes: prefixes?.split(' ') });
  return sink.take();
}
