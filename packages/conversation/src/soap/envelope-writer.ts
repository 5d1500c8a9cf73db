/** Envelopes of ours: WS-Addressing 1.0 headers, a Security header or none, a Body. Prefixes as WCF writes them. */
import type { Attribute, NamespaceBinding, QualifiedName } from '@parley/codec';
import { XmlWriter } from '@parley/codec';
import { Namespace } from '@parley/codec/internal';
import type { SoapVersion } from '@parley/engine';
import { bound, openSecurity, SOAP } from '@parley/engine/internal';

/** The wsu:Id of the Timestamp of a handshake. */
export const TIMESTAMP_ID = '_0';

export const ANONYMOUS_ADDRESS = 'http://www.w3.org/2005/08/addressing/anonymous';

export interface EnvelopeParts {
  readonly soapVersion: SoapVersion;
  readonly action: string;
  readonly messageId: string;
  /** Of a request: where it goes. */
  readonly to?: string | undefined;
  /** Of a reply: the MessageID it answers. */
  readonly relatesTo?: string | undefined;
  /** Writes the children of wsse:Security; absent means no such header. */
  readonly security?: ((writer: XmlWriter) => void) | undefined;
  /** Writes the children of the Body. */
  readonly body: (writer: XmlWriter) => void;
}

export const WSA: NamespaceBinding = bound('a', Namespace.wsa);
const ACTION = WSA.name('Action');
const MESSAGE_ID = WSA.name('MessageID');
const REPLY_TO = WSA.name('ReplyTo');
export const ADDRESS: QualifiedName = WSA.name('Address');
const RELATES_TO = WSA.name('RelatesTo');
const TO = WSA.name('To');

/** Writes an envelope. A request says where to answer (anonymous); a reply says what it answers. */
export function writeEnvelope(parts: EnvelopeParts): Uint8Array {
  const soap = SOAP[parts.soapVersion];
  const mandatory: readonly Attribute[] = [[soap.mustUnderstand, '1']];
  const writer = new XmlWriter();
  writer.open(soap.Envelope).open(soap.Header);
  writer.element(ACTION, parts.action, mandatory).element(MESSAGE_ID, parts.messageId);
  if (parts.relatesTo === undefined) writer.open(REPLY_TO).element(ADDRESS, ANONYMOUS_ADDRESS).close();
  else writer.element(RELATES_TO, parts.relatesTo);
  writer.element(TO, parts.to ?? ANONYMOUS_ADDRESS, mandatory);
  if (parts.security !== undefined) {
    openSecurity(writer, parts.soapVersion);
    parts.security(writer);
    writer.close();
  }
  writer.close().open(soap.Body);
  parts.body(writer);
  return writer.close().close().take();
}
