/** Envelopes of applications, still without protection. */
import { XmlWriter } from '@parley/codec';
import type { AddressingStyle } from '@parley/conversation';
import { writeEnvelope } from '@parley/conversation';
import type { Limits } from '@parley/core';
import type { SoapVersion } from '@parley/engine';
import { SOAP } from '@parley/engine/internal';
import { payloadWriter } from './payload.ts';

/** What WS-Addressing says of a message; `undefined` for a peer that has none. */
export interface Addressed {
  readonly action: string;
  readonly messageId: string;
  readonly to?: string | undefined;
  readonly relatesTo?: string | undefined;
  readonly style: AddressingStyle;
}

/** The octets of an envelope around `payload` ({@link payloadWriter}). */
export function envelopeAround(
  payload: Uint8Array,
  soapVersion: SoapVersion,
  addressed: Addressed | undefined,
  limits: Limits,
): Uint8Array {
  const body = payloadWriter(payload, limits);
  if (addressed !== undefined) {
    const { style: addressing, ...headers } = addressed;
    return writeEnvelope({ ...headers, soapVersion, addressing, body });
  }
  const soap = SOAP[soapVersion];
  const writer = new XmlWriter().open(soap.Envelope).open(soap.Header).close().open(soap.Body);
  body(writer);
  return writer.close().close().take();
}
