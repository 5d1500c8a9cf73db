/** ValueType of wsse:Reference: that of the token it leads to, in every form in which a message names one. */
import type { PolicyChanges } from '@parley/engine';
import { open, policyOf } from '@parley/engine';
import { expect, test } from 'vitest';
import type { FieldCase } from '../support/field-case.ts';
import { fieldCases, messageOf, requestOf } from '../support/field-case.ts';
import { openedBy, sampleContext, sampleEnvelope, sampleRequest, sealed, text } from '../support/sample.ts';

const WSS = 'http://docs.oasis-open.org/wss/';
const SC12 = 'http://docs.oasis-open.org/ws-sx/ws-secureconversation/200512';
const SC05 = 'http://schemas.xmlsoap.org/ws/2005/02/sc';
const TYPES = {
  sct: `${SC12}/sct`,
  dkt: `${SC12}/dk`,
  sct05: `${SC05}/sct`,
  dkt05: `${SC05}/dk`,
  x509v3: `${WSS}2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3`,
  x509PkiPath: `${WSS}2004/01/oasis-200401-wss-x509-token-profile-1.0#X509PKIPathv1`,
  usernameToken: `${WSS}2004/01/oasis-200401-wss-username-token-profile-1.0#UsernameToken`,
  encryptedKey: `${WSS}oasis-wss-soap-message-security-1.1#EncryptedKey`,
  saml: `${WSS}oasis-wss-saml-token-profile-1.1#SAMLV2.0`,
  unknown: 'urn:a',
  empty: '',
} as const;
type TypeName = keyof typeof TYPES;

const OTHER_GENERATION: Partial<Record<TypeName, TypeName>> = { sct: 'sct05', dkt: 'dkt05' };

const message = text(sealed(sampleEnvelope(), sampleRequest({ keys: 'explicit' })));

const KINDS = [{ own: 'sct' }, { own: 'dkt' }] as const;

function codeOf(octets: Uint8Array, changes: PolicyChanges = {}): string {
  const reply = openedBy(octets, sampleContext(), policyOf('strict', changes));
  return reply.ok ? 'opened' : reply.code;
}

/** Every reference with the ValueType `own` gets `type`, or none. */
function retyped(xml: string, own: TypeName, type: string | undefined): Uint8Array {
  const from = ` ValueType="${TYPES[own]}"`;
  expect(xml).toContain(from);
  // Of references alone: a token has such an attribute, too.
  const to = type === undefined ? '' : ` ValueType="${type}"`;
  return new TextEncoder().encode(
    xml.replace(/<[A-Za-z0-9]+:Reference [^>]*>/g, (reference) => reference.replace(from, to)),
  );
}

test.each(KINDS)('a reference to a token has no ValueType, or that of a $own', ({ own }) => {
  expect(codeOf(retyped(message, own, undefined))).toBe('opened');
  for (const [name, type] of Object.entries(TYPES) as [TypeName, string][]) {
    const isOther = OTHER_GENERATION[own] === name;
    const code = isOther ? 'peer.structure-invalid' : 'peer.ref-type-forbidden';
    expect(codeOf(retyped(message, own, type)), name).toBe(name === own ? 'opened' : code);
    const mixed = isOther || name === own ? 'opened' : 'peer.ref-type-forbidden';
    expect(codeOf(retyped(message, own, type), { allowMixedGenerations: true }), name).toBe(mixed);
  }
});

test.each(KINDS)('a policy may take any ValueType but that of the other generation, of a $own', ({ own }) => {
  for (const [name, type] of Object.entries(TYPES) as [TypeName, string][]) {
    const code = OTHER_GENERATION[own] === name ? 'peer.structure-invalid' : 'opened';
    expect(codeOf(retyped(message, own, type), { allowMistypedReferences: true }), name).toBe(code);
  }
});

const CERTIFICATE_CASES = fieldCases().filter(
  (fieldCase) => fieldCase.expected['code'] === undefined && named(fieldCase) !== undefined,
);

function named(fieldCase: FieldCase): TypeName | undefined {
  const xml = text(messageOf(fieldCase));
  return (['x509v3', 'encryptedKey'] as const).find((type) =>
    [...xml.matchAll(/<[A-Za-z0-9]+:Reference [^>]*>/g)].some(([reference]) => reference.includes(`"${TYPES[type]}"`)),
  );
}

test.each(CERTIFICATE_CASES)('the same of what peers wrote: $name', (fieldCase) => {
  const own = named(fieldCase)!;
  for (const [name, type] of Object.entries(TYPES)) {
    const reply = open(retyped(text(messageOf(fieldCase)), own, type), requestOf(fieldCase));
    const code = name === own ? 'opened' : 'peer.ref-type-forbidden';
    expect(reply.ok ? 'opened' : reply.code, name).toBe(code);
  }
});

test('of a context that is named by its Identifier, only the Identifier counts', () => {
  const direct = text(sealed(sampleEnvelope(), sampleRequest({ keys: 'direct', token: 'external' })));
  expect(direct).toContain(`URI="${sampleContext().identifier}"`);
  expect(codeOf(retyped(direct, 'sct', TYPES.saml))).toBe('opened');
});
