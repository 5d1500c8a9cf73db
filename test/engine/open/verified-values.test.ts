/** What `open` hands over as proven is what a signature covers, whatever the policy gives up and whoever adds headers. */
import { contextSource } from '@parley/core';
import { type OpenedMessage, open, type PolicyChanges, PROFILE_NAMES, policyOf, replayEntries } from '@parley/engine';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  NOW_MS,
  openedBy,
  replaced,
  SOAP12,
  sampleContext,
  sampleEnvelope,
  sampleRequest,
  sealed,
  text,
} from '../support/sample.ts';

const context = sampleContext();
const WSA = 'http://www.w3.org/2005/08/addressing';
const WSA04 = 'http://schemas.xmlsoap.org/ws/2004/08/addressing';
const WSSE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';
const WSSE11 = 'http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd';
const WSU = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd';
const BARE = new TextEncoder().encode(
  `<s:Envelope xmlns:s="${SOAP12}"><s:Header/><s:Body><m:Ping xmlns:m="urn:m">hello</m:Ping></s:Body></s:Envelope>`,
);

/** What an attacker on the way may add, beside the Security header and in it. */
const HEADERS = ['Action', 'MessageID', 'RelatesTo', 'To'].flatMap((name) =>
  [WSA, WSA04].map((namespace) => `<x:${name} xmlns:x="${namespace}">urn:evil:${name}</x:${name}>`),
);
const TIMESTAMP = `<x:Timestamp xmlns:x="${WSU}"><x:Created>${new Date(NOW_MS).toISOString()}</x:Created></x:Timestamp>`;
const TOKENS = [
  TIMESTAMP,
  `<x:SignatureConfirmation xmlns:x="${WSSE11}"/>`,
  `<x:SignatureConfirmation xmlns:x="${WSSE11}" Value="AAAA"/>`,
  `<x:UsernameToken xmlns:x="${WSSE}"><x:Username>admin</x:Username><x:Password>guess</x:Password></x:UsernameToken>`,
];

function withAdded(
  message: Uint8Array,
  headers: readonly string[],
  tokens: readonly string[],
  first: boolean,
): Uint8Array {
  const beside = headers.length === 0 ? message : replaced(message, '<s:Header>', `<s:Header>${headers.join('')}`);
  if (tokens.length === 0) return beside;
  const security = /<[\w:]*Security [^>]*>|<\/[\w:]*Security>/g;
  const places = text(beside).match(security)!;
  const added = tokens.join('');
  return first ? replaced(beside, places[0]!, places[0]! + added) : replaced(beside, places[1]!, added + places[1]!);
}

/** Each value that is handed over, with the part that must prove it. */
function requireProven(opened: OpenedMessage): void {
  const part = (role: string, localName: string): string => {
    const found = opened.signed.find((candidate) => candidate.role === role && candidate.localName === localName);
    expect(found, `${role} ${localName}`).toBeDefined();
    return text(found!.bytes);
  };
  const values = { Action: opened.action, MessageID: opened.messageId, RelatesTo: opened.relatesTo, To: opened.to };
  for (const [name, value] of Object.entries(values))
    if (value !== undefined) expect(part('header', name)).toContain(value);
  if (opened.createdAtMs !== undefined || opened.expiresAtMs !== undefined)
    expect(part('timestamp', 'Timestamp')).toContain(new Date(opened.createdAtMs!).toISOString().slice(0, 19));
  if (opened.signatureConfirmed) part('confirmation', 'SignatureConfirmation');
  if (opened.user?.signed === true) part('token', 'UsernameToken');
}

/** What the application would act upon. */
function actedUpon({
  action,
  messageId,
  relatesTo,
  to,
  createdAtMs,
  expiresAtMs,
  user,
  body,
  principal,
}: OpenedMessage) {
  return { action, messageId, relatesTo, to, createdAtMs, expiresAtMs, user, body: text(body), principal };
}

const flag = fc.boolean();
const anyChanges = fc.record({
  requireSignedBody: flag,
  requireTimestamp: flag,
  requireSignedAddressing: flag,
  requireSignedEncryption: flag,
  requireSignedUser: flag,
  requireSeparateKeys: flag,
  allowTokenTransform: flag,
  requiredHeaders: fc.constantFrom([], ['Action'], ['MessageID']),
  layout: fc.constantFrom('strict', 'lax'),
  passwordTypes: fc.constantFrom([], ['text'], ['text', 'digest']),
}) as fc.Arbitrary<PolicyChanges>;

const TRANSPORT_PROFILES = ['wcf-mixed'];
const PROVING_PROFILES = PROFILE_NAMES.filter((name) => !TRANSPORT_PROFILES.includes(name));

describe('what nobody signed', () => {
  test('T60 T61 T62 T80: is not handed over as proven, whatever the policy gives up', () => {
    let taken = 0;
    const property = fc.property(
      fc.constantFrom(...PROVING_PROFILES),
      fc.oneof(anyChanges, fc.constant({ requireSignedAddressing: false, requiredHeaders: [] })),
      fc.record({ body: flag, timestamp: fc.constant(true), addressing: flag }),
      fc.constantFrom('none', 'body', 'body-and-signature'),
      flag,
      fc.subarray(HEADERS, { maxLength: 4 }),
      fc.oneof(
        { weight: 3, arbitrary: fc.constant([]) },
        { weight: 1, arbitrary: fc.subarray(TOKENS, { maxLength: 2 }) },
      ),
      flag,
      (profile, changes, sign, encrypt, isBare, headers, tokens, first) => {
        const request = sampleRequest({ sign, encrypt });
        const genuine = sealed(isBare ? BARE : sampleEnvelope(), request);
        const policy = policyOf(profile, changes);
        const reply = openedBy(withAdded(genuine, headers, tokens, first), context, policy);
        if (!reply.ok) return;
        taken++;
        requireProven(reply.value);
        const before = openedBy(genuine, context, policy);
        expect(before).toMatchObject({ ok: true });
        if (before.ok) expect(actedUpon(reply.value)).toEqual(actedUpon(before.value));
      },
    );
    fc.assert(property, { numRuns: 300 });
    expect(taken).toBeGreaterThan(20);
  });

  test.each(['body-only', 'timestamp-only'] as const)('T60 T61: is set apart as a claim (%s)', (profile) => {
    const genuine = sealed(BARE, sampleRequest());
    const reply = openedBy(
      withAdded(
        genuine,
        HEADERS.filter((header) => header.includes(WSA)),
        [],
        true,
      ),
      context,
      policyOf(profile),
    );
    expect(reply).toMatchObject({
      ok: true,
      value: {
        action: undefined,
        messageId: undefined,
        relatesTo: undefined,
        to: undefined,
        claimedAddressing: { action: 'urn:evil:Action', relatesTo: 'urn:evil:RelatesTo' },
      },
    });
    // Nor is a message known again by it.
    if (reply.ok) expect(replayEntries(reply.value)[0]?.key).toBe(reply.value.signatureValues[0]);
  });

  test('T60 T62: refuses the message all the same where it contradicts', () => {
    const genuine = sealed(BARE, sampleRequest());
    const message = withAdded(genuine, [HEADERS[0]!, HEADERS[6]!], [], true);
    const contexts = contextSource([context]);
    const policy = policyOf('body-only', { endpointAddress: 'urn:us' });
    expect(open(message, { atMs: NOW_MS, policy, contexts })).toMatchObject({ code: 'peer.addressing-mismatch' });
    expect(
      open(message, { atMs: NOW_MS, policy: policyOf('body-only'), contexts, soapAction: 'urn:other' }),
    ).toMatchObject({ code: 'peer.action-mismatch' });
  });

  test('is handed over where the transport answers for it', () => {
    const genuine = sealed(BARE, sampleRequest({ sign: { body: false, addressing: false, timestamp: true } }));
    const reply = openedBy(withAdded(genuine, [HEADERS[0]!], [], true), context, policyOf('wcf-mixed'));
    expect(reply).toMatchObject({ ok: true, value: { action: 'urn:evil:Action', claimedAddressing: undefined } });
  });

  test('T80: a transport that proves nothing is not trusted', () => {
    expect(() => policyOf('transport', { trustTransport: true })).toThrow('caller.option-invalid');
  });
});
