/** Envelopes of applications, still without protection. */
import { XmlWriter } from '@parley/codec';
import type { Limits } from '@parley/core';
import { DEFAULT_LIMITS } from '@parley/core';
import type { Kind } from '@parley/core/internal';
import {
  either,
  LIMITS,
  OCTETS,
  oneOf,
  optional,
  requireOptions,
  shapeOf,
  TEXT,
  WHOLE_TEXT,
} from '@parley/core/internal';
import type { SoapVersion } from '@parley/engine';
import { SOAP } from '@parley/engine/internal';
import { randomUrn } from '../exchange/ambient.ts';
import { systemAmbient } from '../exchange/system-ambient.ts';
import type { AddressingStyle } from './addressing-style.ts';
import { ADDRESSING_STYLE } from './addressing-style.ts';
import { writeEnvelope } from './envelope-writer.ts';
import { payloadWriter } from './payload.ts';

export interface EnvelopeOptions {
  /** wsa:Action. */
  readonly action: string;
  /** The element in the Body: text, or octets in UTF-8 (borrowed). Comments in it are left out; an empty one makes an empty Body. */
  readonly body: Uint8Array | string;
  /** wsa:To of a request. Default: anonymous. */
  readonly to?: string | undefined;
  /** Of an answer: the MessageID of its request. */
  readonly relatesTo?: string | undefined;
  /** Default: a random UUID of the system. */
  readonly messageId?: string | undefined;
  /** Default: 1.2. */
  readonly soapVersion?: SoapVersion | undefined;
  /** `none` for a peer without WS-Addressing. Default: 1.0, to be understood. */
  readonly addressing?: AddressingStyle | 'none' | undefined;
  /** What the payload may be. Default: `DEFAULT_LIMITS`. */
  readonly limits?: Limits | undefined;
}

const OPTIONS: Kind<EnvelopeOptions> = shapeOf<EnvelopeOptions>({
  action: TEXT,
  body: either(WHOLE_TEXT, OCTETS),
  to: optional(TEXT),
  relatesTo: optional(TEXT),
  messageId: optional(TEXT),
  soapVersion: optional(oneOf(['1.1', '1.2'])),
  addressing: optional(either(oneOf(['none']), ADDRESSING_STYLE)),
  limits: optional(LIMITS),
});

/**
 * The octets of an envelope around a payload, for `requestCall`, `secure` or `seal`.
 * @throws Fault `caller.input-invalid` the payload is not one well-formed element; `caller.option-invalid`
 */
export function envelope(options: EnvelopeOptions): Uint8Array {
  requireOptions(OPTIONS, options, 'options');
  const { action, to, relatesTo, soapVersion = '1.2', addressing } = options;
  const payload = typeof options.body === 'string' ? new TextEncoder().encode(options.body) : options.body;
  const body = payloadWriter(payload, options.limits ?? DEFAULT_LIMITS);
  if (addressing === 'none') {
    const soap = SOAP[soapVersion];
    const writer = new XmlWriter().open(soap.Envelope).open(soap.Header).close().open(soap.Body);
    body(writer);
    return writer.close().close().take();
  }
  const messageId = options.messageId ?? randomUrn(systemAmbient);
  return writeEnvelope({ soapVersion, action, messageId, to, relatesTo, addressing, body });
}
