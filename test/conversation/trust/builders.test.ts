/** What each builder of a trust message writes is its own canonical form, and its reader sees what was given. */
import { CanonicalElement, firstChild, OctetSink, scan, Tape, textOf, XmlWriter } from '@parley/codec';
import type { FaultReplyParts, SoapVersion } from '@parley/conversation';
import { writeEnvelope, writeFaultReply } from '@parley/conversation';
import type { FaultCode, Version } from '@parley/core';
import { DEFAULT_LIMITS, FAULT_CODES, Secret } from '@parley/core';
import {
  readEnvelopeShape,
  readHeaderBlocks,
  readPasswordText,
  readUsernameToken,
  writeUsernameToken,
} from '@parley/engine/internal';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readRequest, writeRequest } from '../../../packages/conversation/src/trust/request-security-token.ts';
import { readResponse } from '../../../packages/conversation/src/trust/request-security-token-response.ts';
import { writeCancelResponse, writeTokenResponse } from '../../../packages/conversation/src/trust/response-writer.ts';
import { canonicalText, read, textOfOctets } from '../../codec/support/reading.ts';
import { xmlText } from '../../codec/support/written-tree.ts';
import { octets } from '../conversation-fixture.ts';

const versions = fc.constantFrom<Version>('200512', '200502');
const soapVersions = fc.constantFrom<SoapVersion>('1.1', '1.2');
const keySizes = fc.constantFrom(128, 192, 256);
const secrets = fc.uint8Array({ minLength: 16, maxLength: 64 }).map(Secret.copyOf);
const instants = fc.nat(Date.UTC(9999, 11, 31));
// Readers trim and take no CR, so that is left to the laws of the writer.
const values = xmlText.map((text) => `urn:v${text.replaceAll(/[\r\n\t ]/g, '')}`).filter((text) => !/[<>&]/.test(text));
const names = fc.record({ identifier: xmlText, instance: fc.option(xmlText, { nil: undefined }) });

/** Writes, and gives the tape of what was written, after the law that holds for every builder. */
function lawful(write: (writer: XmlWriter) => void): Tape {
  const writer = new XmlWriter();
  write(writer);
  return canonical(writer.take());
}

function canonical(document: Uint8Array, inclusivePrefixes: readonly string[] = []): Tape {
  const tape = read(document);
  expect(canonicalText(tape, 0, { inclusivePrefixes })).toBe(textOfOctets(document));
  return tape;
}

function inEnvelope(soapVersion: SoapVersion, body: (writer: XmlWriter) => void): { tape: Tape; body: number } {
  const tape = canonical(writeEnvelope({ soapVersion, action: 'urn:a', messageId: 'urn:b', body }));
  return { tape, body: readEnvelopeShape(tape).body };
}

test('envelopes: every header says what it was given', () => {
  const maybe = fc.option(xmlText, { nil: undefined });
  fc.assert(
    fc.property(soapVersions, xmlText, xmlText, maybe, maybe, (soapVersion, action, messageId, to, relatesTo) => {
      const body = (): void => undefined;
      const tape = canonical(writeEnvelope({ soapVersion, action, messageId, to, relatesTo, body }));
      const { addressing } = readHeaderBlocks(tape, readEnvelopeShape(tape), { refuseUnknown: true });
      expect(textOf(tape, addressing[0] ?? -1)).toBe(action);
      expect(textOf(tape, addressing[1] ?? -1)).toBe(messageId);
      if (to !== undefined) expect(textOf(tape, addressing[2] ?? -1)).toBe(to);
      if (relatesTo !== undefined) expect(textOf(tape, addressing[4] ?? -1)).toBe(relatesTo);
    }),
  );
});

test('requests', () => {
  const kinds = fc.constantFrom('Issue' as const, 'Renew' as const, 'Cancel' as const);
  const renewable = fc.constantFrom(undefined, 'never' as const, 'after-expiry' as const);
  const parts = fc.record({
    version: versions,
    requestType: kinds,
    context: fc.option(xmlText, { nil: undefined }),
    entropy: fc.option(secrets, { nil: undefined }),
    keySizeBits: keySizes,
    lifetime: fc.option(fc.record({ createdAtMs: instants, expiresAtMs: instants }), { nil: undefined }),
    appliesTo: fc.option(xmlText, { nil: undefined }),
    renewable,
    target: fc.option(fc.record({ identifier: values, instance: fc.option(values, { nil: undefined }) }), {
      nil: undefined,
    }),
  });
  fc.assert(
    fc.property(soapVersions, parts, (soapVersion, given) => {
      const { tape, body } = inEnvelope(soapVersion, (writer) => writeRequest(writer, given));
      const request = readRequest(tape, body, given.version, DEFAULT_LIMITS);
      expect(request.requestType).toBe(given.requestType);
      expect(request.context).toBe(given.context);
      expect(request.keySizeBits).toBe(given.keySizeBits);
      expect(request.lifetime).toEqual(given.lifetime);
      const allows = { never: { allow: false, ok: false }, 'after-expiry': { allow: true, ok: true } };
      expect(request.renewing).toEqual(given.renewable === undefined ? undefined : allows[given.renewable]);
      expect(hexOf(request.entropy)).toBe(hexOf(given.entropy));
      expect(request.appliesTo === undefined).toBe(given.appliesTo === undefined);
      if (given.requestType !== 'Issue' && given.target !== undefined)
        expect(given.requestType === 'Renew' ? request.renewTarget : request.cancelTarget).toEqual(given.target);
    }),
  );
});

test('responses with a token', () => {
  const echoed = read(
    '<p:AppliesTo xmlns:p="http://schemas.xmlsoap.org/ws/2004/09/policy"><q:x xmlns:q="urn:q"/></p:AppliesTo>',
  );
  const proof = fc.oneof(
    secrets.map((entropy) => ({ entropy })),
    secrets.map((key) => ({ key })),
    fc.constant(undefined),
  );
  const parts = fc.record({
    version: versions,
    context: fc.option(xmlText, { nil: undefined }),
    token: fc.record({ identifier: values, instance: fc.option(values, { nil: undefined }) }),
    tokenId: fc.constantFrom('_sct', 'uuid-1.2'),
    appliesTo: fc.constantFrom(undefined, CanonicalElement.of(echoed, 0, 4096)),
    proof,
    createdAtMs: instants,
    expiresAtMs: instants,
    keySizeBits: keySizes,
  });
  fc.assert(
    fc.property(soapVersions, parts, (soapVersion, given) => {
      const { tape, body } = inEnvelope(soapVersion, (writer) => writeTokenResponse(writer, given));
      const response = readResponse(tape, body, { version: given.version, limits: DEFAULT_LIMITS });
      expect(response.context).toBe(given.context);
      expect(response.token).toEqual({
        ...given.token,
        tokenId: given.tokenId,
        tokenElement: undefined,
        references: {},
      });
      expect(response.lifetime).toEqual({ createdAtMs: given.createdAtMs, expiresAtMs: given.expiresAtMs });
      expect(response.keySizeBits).toBe(given.keySizeBits);
      const sent = { entropy: undefined, key: undefined, ...given.proof };
      expect(hexOf(response.entropy)).toBe(hexOf(sent.entropy));
      expect(hexOf(response.proofKey)).toBe(hexOf(sent.key));
    }),
  );
});

test('tokens and targets with any text in them', () => {
  fc.assert(
    fc.property(versions, names, xmlText, (version, token, context) => {
      const proof = { key: Secret.copyOf(new Uint8Array(32)) };
      const rest = { tokenId: '_sct', appliesTo: undefined, createdAtMs: 0, expiresAtMs: 1, keySizeBits: 256 };
      lawful((writer) => writeTokenResponse(writer, { version, context, token, proof, ...rest }));
      lawful((writer) => writeRequest(writer, { version, requestType: 'Cancel', context, target: token }));
    }),
  );
});

test('responses to Cancel', () => {
  fc.assert(
    fc.property(soapVersions, versions, fc.option(xmlText, { nil: undefined }), (soapVersion, version, context) => {
      const { tape, body } = inEnvelope(soapVersion, (writer) => writeCancelResponse(writer, version, context));
      expect(readResponse(tape, body, { version, limits: DEFAULT_LIMITS })).toMatchObject({
        context,
        isCancelled: true,
      });
    }),
  );
});

test('wsse:UsernameToken, both kinds of password', () => {
  fc.assert(
    fc.property(values, xmlText, fc.constantFrom('text', 'digest'), (username, text, passwordType) => {
      const password = Secret.copyOf(octets(text));
      const nonce = new Uint8Array(16);
      const proof = passwordType === 'text' ? { passwordType, password } : { passwordType, password, nonce, atMs: 0 };
      const tape = lawful((writer) => writeUsernameToken(writer, '_ut', username, proof));
      fc.pre(!/[\r]/.test(text) || passwordType === 'digest');
      const token = readUsernameToken(tape, 0, DEFAULT_LIMITS);
      expect(token).toMatchObject({ username, password: { type: passwordType } });
      if (passwordType === 'digest') return;
      const given = readPasswordText(tape, token.password?.element ?? -1, DEFAULT_LIMITS);
      expect(given.lend(textOfOctets)).toBe(text);
    }),
  );
});

test('faults: canonical with the prefix of the subcode on the list, for a QName stands in the text', () => {
  const codes = fc.constantFrom(...(FAULT_CODES as readonly FaultCode[]));
  const relations = fc.option(xmlText, { nil: undefined });
  fc.assert(
    fc.property(
      codes,
      soapVersions,
      versions,
      xmlText,
      relations,
      (code, soapVersion, version, messageId, relatesTo) => {
        const parts: FaultReplyParts = { code, soapVersion, version, messageId, relatesTo };
        const tape = canonical(writeFaultReply(parts), ['wsse', 'wsa', 'wst', 'wsc', 'wsrm']);
        expect(firstChild(tape, readEnvelopeShape(tape).body)).toBeGreaterThan(0);
      },
    ),
  );
});

test('a message larger than a sink is written whole', () => {
  const large = 'é<'.repeat(50_000);
  const tape = new Tape();
  const writer = new XmlWriter(new OctetSink(16));
  writeRequest(writer, { version: '200512', requestType: 'Issue', appliesTo: large });
  scan(writer.take(), DEFAULT_LIMITS, tape);
  expect(textOf(tape, tape.elementCount - 1)).toBe(large);
});

function hexOf(secret: Secret | undefined): string | undefined {
  return secret?.lend((bytes) => Buffer.from(bytes).toString('hex'));
}
