import { localNameOf, namespaceUriOf, scan, Tape } from '@parley/codec';
import type { SoapVersion } from '@parley/conversation';
import { writeFaultReply } from '@parley/conversation';
import type { FaultCode, Version } from '@parley/core';
import { DEFAULT_LIMITS, FAULT_CODES, soapFaultOf } from '@parley/core';
import { VERSION_URIS } from '@parley/core/internal';
import { readEnvelopeShape } from '@parley/engine/internal';
import { describe, expect, test } from 'vitest';
import { faultElement, peerFaultOf } from '../../../packages/conversation/src/soap/soap-fault.ts';
import { octets, text } from '../conversation-fixture.ts';

const SOAP_VERSIONS: readonly SoapVersion[] = ['1.1', '1.2'];
const VERSIONS: readonly Version[] = ['200512', '200502'];

function faultReply(code: FaultCode, soapVersion: SoapVersion, version: Version): Uint8Array {
  return writeFaultReply({ code, soapVersion, version, messageId: 'urn:uuid:m', relatesTo: 'urn:uuid:r<&"' });
}

function reread(bytes: Uint8Array): Readonly<Record<string, string | number>> {
  const tape = new Tape();
  scan(bytes, DEFAULT_LIMITS, tape);
  return { ...peerFaultOf(tape, faultElement(tape, readEnvelopeShape(tape).body)) };
}

describe.each(SOAP_VERSIONS)('SOAP %s', (soapVersion) => {
  test.each(VERSIONS)('every code becomes a fault that says what the table says (%s)', (version) => {
    for (const code of FAULT_CODES) {
      const expected = soapFaultOf(code);
      const detail = reread(faultReply(code, soapVersion, version));
      const [prefix, local] = expected?.subcode?.split(':') ?? [];
      if (local !== undefined) {
        expect(detail['faultCode'], code).toBe(local);
        if (prefix === 'wst') expect(detail['faultNamespace']).toBe(VERSION_URIS[version].trust);
        if (prefix === 'wsc') expect(detail['faultNamespace']).toBe(VERSION_URIS[version].conversation);
        if (prefix === 'wsse') expect(detail['faultNamespace']).toContain('wssecurity-secext-1.0');
      } else {
        const coarse = expected?.code ?? 'Receiver';
        const names: Readonly<Record<string, string>> = { Sender: 'Client', Receiver: 'Server' };
        expect(detail['faultCode'], code).toBe(soapVersion === '1.1' ? (names[coarse] ?? coarse) : coarse);
      }
    }
  });

  test('shows no code, no detail and no reason of ours', () => {
    for (const code of FAULT_CODES) {
      const reply = text(faultReply(code, soapVersion, '200512'));
      expect(reply).not.toContain(code);
      expect(reply.toLowerCase()).not.toContain('detail');
    }
  });

  test('escapes what it echoes', () => {
    expect(text(faultReply('peer.replay', soapVersion, '200512'))).toContain('>urn:uuid:r&lt;&amp;"<');
  });
});

test('children of a SOAP 1.1 fault have no namespace, those of SOAP 1.2 do', () => {
  for (const [soapVersion, namespace] of [
    ['1.1', ''],
    ['1.2', 'http://www.w3.org/2003/05/soap-envelope'],
  ] as const) {
    const tape = new Tape();
    scan(faultReply('peer.bad-context', soapVersion, '200512'), DEFAULT_LIMITS, tape);
    const fault = faultElement(tape, readEnvelopeShape(tape).body);
    expect(localNameOf(tape, fault)).toBe('Fault');
    expect(namespaceUriOf(tape, fault + 1)).toBe(namespace);
  }
});

test.each([
  '<s:Fault/>',
  '<s:Fault><faultcode/></s:Fault>',
  '<s:Fault><faultcode>a:b:c</faultcode></s:Fault>',
  '<s:Fault><s:Code/></s:Fault>',
])('a fault of odd shape is a fault all the same: %s', (fault) => {
  const envelope = `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>${fault}</s:Body></s:Envelope>`;
  expect(reread(octets(envelope))).toHaveProperty('faultCode');
});
