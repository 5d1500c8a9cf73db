/** SOAP messages that nothing secures: taken apart, and written. */
import {
  canonicalise,
  firstChild,
  localNameOf,
  NAMESPACE_URIS,
  namespaceUriOf,
  nextSibling,
  OctetSink,
  scan,
  Tape,
} from '@parley/codec';
import { Namespace } from '@parley/codec/internal';
import type { Limits } from '@parley/core';
import { DEFAULT_LIMITS, Fault } from '@parley/core';
import type { SoapVersion } from '@parley/engine';
import { Addressing, readEnvelopeShape, readHeaderBlocks, trimmedText } from '@parley/engine/internal';

export interface PlainMessage {
  readonly soapVersion: SoapVersion;
  /** wsa:Action, if there is one. */
  readonly action: string | undefined;
  /** The element in the Body, with the namespaces that are in scope there; empty for an empty Body. */
  readonly payload: Uint8Array;
  readonly isFault: boolean;
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
  const { security, addressing } = readHeaderBlocks(tape, shape, { refuseUnknown: true });
  if (security >= 0) throw new Fault('peer.structure-invalid', { reason: 'a Security header where nothing secures' });
  const action = addressing[Addressing.Action] ?? -1;
  return {
    soapVersion: shape.soap === Namespace.soap11 ? '1.1' : '1.2',
    action: action < 0 ? undefined : trimmedText(tape, action, 'wsa:Action', limits.identifierBytesMax),
    ...bodyOf(tape, shape.body, limits, 'inclusive'),
  };
}

/** What is in a Body that stands for itself: the canonical octets of one that was proven. @throws Fault as {@link readPlain} */
export function readBody(body: Uint8Array, limits: Limits): Pick<PlainMessage, 'payload' | 'isFault'> {
  const tape = new Tape();
  scan(body, limits, tape);
  return bodyOf(tape, 0, limits, 'exclusive');
}

/** The element in a Body that was proven; empty if there is none. @throws Fault as {@link readPlain} */
export function bodyContent(body: Uint8Array): Uint8Array {
  return readBody(body, DEFAULT_LIMITS).payload;
}

function bodyOf(
  tape: Tape,
  body: number,
  limits: Limits,
  // What is in scope may be used by values alone (xsi:type); in what was proven, nothing else is.
  method: 'inclusive' | 'exclusive',
): Pick<PlainMessage, 'payload' | 'isFault'> {
  const element = firstChild(tape, body);
  if (element < 0) return { payload: new Uint8Array(0), isFault: false };
  if (nextSibling(tape, element) >= 0)
    throw new Fault('peer.structure-invalid', { reason: 'more than one element in the Body' });
  const sink = new OctetSink(512);
  sink.reset(limits.messageBytesMax);
  canonicalise(tape, element, sink, { method });
  sink.checkSize();
  const isFault =
    localNameOf(tape, element) === 'Fault' && namespaceUriOf(tape, element) === namespaceUriOf(tape, body);
  return { payload: sink.take(), isFault };
}

/** The code of a fault that the gateway itself has: whose it is, and nothing of why. */
export function plainFault(soapVersion: SoapVersion, text: string): string {
  const namespace = NAMESPACE_URIS[soapVersion === '1.1' ? Namespace.soap11 : Namespace.soap12];
  return soapVersion === '1.1'
    ? `<s:Fault xmlns:s="${namespace}"><faultcode>s:Server</faultcode><faultstring>${text}</faultstring></s:Fault>`
    : `<s:Fault xmlns:s="${namespace}"><s:Code><s:Value>s:Receiver</s:Value></s:Code><s:Reason><s:Text xml:lang="en">${text}</s:Text></s:Reason></s:Fault>`;
}
