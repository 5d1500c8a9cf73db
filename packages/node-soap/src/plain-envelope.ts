/** The envelopes of node-soap, which nothing protects: taken apart on their way out, and made on the way back. */
import { NAMESPACE_URIS, Tape } from '@parley/codec';
import {
  canonicalise,
  firstChild,
  localNameOf,
  Namespace,
  namespaceOf,
  nextSibling,
  OctetSink,
  scan,
} from '@parley/codec/internal';
import { DEFAULT_LIMITS, Fault } from '@parley/core';

export type SoapVersion = '1.1' | '1.2';
const SOAP: Readonly<Record<SoapVersion, number>> = { '1.1': Namespace.soap11, '1.2': Namespace.soap12 };

/** What node-soap wants sent. */
export interface PlainRequest {
  readonly soapVersion: SoapVersion;
  /** The octets of the element in the Body, with every namespace that is in scope; none for an empty Body. */
  readonly payload: Uint8Array;
}

/**
 * Reads an envelope of node-soap.
 * @throws Fault `caller.input-invalid` it is no SOAP envelope, has headers, which nothing would sign, or several elements in its Body
 */
export function readPlainRequest(text: string): PlainRequest {
  const tape = scanned(text);
  const namespace = namespaceOf(tape, 0);
  const soapVersion = (['1.1', '1.2'] as const).find((version) => SOAP[version] === namespace);
  if (soapVersion === undefined || localNameOf(tape, 0) !== 'Envelope') throw invalid('no SOAP envelope');
  const parts = childrenOf(tape, 0);
  const body = parts.find((part) => localNameOf(tape, part) === 'Body');
  if (body === undefined) throw invalid('no Body');
  const headers = parts
    .filter((part) => localNameOf(tape, part) === 'Header')
    .flatMap((part) => childrenOf(tape, part));
  const [header] = headers;
  if (header !== undefined) throw invalid(`a header that nothing would sign: ${localNameOf(tape, header)}`);
  const [payload, another] = childrenOf(tape, body);
  if (another !== undefined)
    throw invalid('several elements in the Body: only document/literal wrapped and bare are carried');
  return { soapVersion, payload: payload === undefined ? new Uint8Array(0) : octetsOf(tape, payload) };
}

/** An envelope around `body`, the octets of a Body that were proven, for node-soap to read. */
export function plainEnvelope(soapVersion: SoapVersion, body: Uint8Array): string {
  return `<soap:Envelope xmlns:soap="${NAMESPACE_URIS[SOAP[soapVersion]]}">${new TextDecoder().decode(body)}</soap:Envelope>`;
}

function scanned(text: string): Tape {
  const tape = new Tape();
  try {
    scan(new TextEncoder().encode(text), DEFAULT_LIMITS, tape);
  } catch (error) {
    throw invalid(error instanceof Fault ? error.code : 'not XML');
  }
  return tape;
}

function childrenOf(tape: Tape, element: number): readonly number[] {
  const children: number[] = [];
  for (let child = firstChild(tape, element); child >= 0; child = nextSibling(tape, child)) children.push(child);
  return children;
}

function octetsOf(tape: Tape, element: number): Uint8Array {
  const out = new OctetSink();
  canonicalise(tape, element, out, { method: 'inclusive' });
  return out.take();
}

function invalid(reason: string): Fault {
  return new Fault('caller.input-invalid', { reason });
}
