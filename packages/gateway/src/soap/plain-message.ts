/** SOAP messages that nothing secures: taken apart, and written. */
import { NAMESPACE_URIS, Tape } from '@parley/codec';
import { Namespace, scan } from '@parley/codec/internal';
import type { BodyPayload } from '@parley/conversation';
import { payloadIn } from '@parley/conversation/internal';
import type { Limits } from '@parley/core';
import { Fault } from '@parley/core';
import type { SoapVersion } from '@parley/engine';
import { Addressing, readEnvelopeShape, readHeaderBlocks, trimmedText } from '@parley/engine/internal';

/** The payload has the namespaces that are in scope in the Body. */
export interface PlainMessage extends BodyPayload {
  readonly soapVersion: SoapVersion;
  /** wsa:Action, if there is one. */
  readonly action: string | undefined;
}

/**
 * Reads a message. Headers are not forwarded, so one that must be understood is refused.
 * @throws Fault of the scanner; `peer.structure-invalid` no envelope, more than one element in the Body, or a Security header;
 *   `peer.must-understand`
 */
export function readPlain(octets: Uint8Array, limits: Limits): PlainMessage {
  const tape = new Tape();
  scan(octets, limits, tape);
  const shape = readEnvelopeShape(tape);
  const { security, addressing } = readHeaderBlocks(tape, shape, {
    refuseUnknown: true,
    headerBlocksMax: limits.headerBlocksMax,
  });
  if (security >= 0) throw new Fault('peer.structure-invalid', { reason: 'a Security header where nothing secures' });
  const action = addressing[Addressing.Action] ?? -1;
  return {
    soapVersion: shape.soap === Namespace.soap11 ? '1.1' : '1.2',
    action: action < 0 ? undefined : trimmedText(tape, action, 'wsa:Action', limits.identifierBytesMax),
    ...payloadIn(tape, shape.body, limits, 'inclusive'),
  };
}

/** The code of a fault that the gateway itself has: whose it is, and nothing of why. */
export function plainFault(soapVersion: SoapVersion, text: string): string {
  const namespace = NAMESPACE_URIS[soapVersion === '1.1' ? Namespace.soap11 : Namespace.soap12];
  return soapVersion === '1.1'
    ? `<s:Fault xmlns:s="${namespace}"><faultcode>s:Server</faultcode><faultstring>${text}</faultstring></s:Fault>`
    : `<s:Fault xmlns:s="${namespace}"><s:Code><s:Value>s:Receiver</s:Value></s:Code><s:Reason><s:Text xml:lang="en">${text}</s:Text></s:Reason></s:Fault>`;
}
