/** Envelopes of ours: WS-Addressing 1.0 headers, a Security header or none, a Body. Prefixes as WCF writes them. */
import { NAMESPACE_URIS, Namespace } from '@parley/codec';
import { formatInstant } from '@parley/core';
import { XmlWriter } from './xml-writer.ts';

export type SoapVersion = '1.1' | '1.2';

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

const ROOT_NAMESPACES = {
  'xmlns:a': uriOf(Namespace.wsa),
  'xmlns:u': uriOf(Namespace.wsu),
} as const;
const MUST_UNDERSTAND = { 's:mustUnderstand': '1' } as const;

/** The namespace URI of a vocabulary id. */
export function uriOf(namespace: Namespace): string {
  return NAMESPACE_URIS[namespace] ?? '';
}

/** Writes an envelope. A request says where to answer (anonymous); a reply says what it answers. */
export function writeEnvelope(parts: EnvelopeParts): Uint8Array {
  const soap = uriOf(parts.soapVersion === '1.1' ? Namespace.soap11 : Namespace.soap12);
  const writer = new XmlWriter();
  writer.open('s:Envelope', { 'xmlns:s': soap, ...ROOT_NAMESPACES }).open('s:Header');
  writer.element('a:Action', parts.action, MUST_UNDERSTAND).element('a:MessageID', parts.messageId);
  if (parts.relatesTo === undefined) {
    writer.open('a:ReplyTo').element('a:Address', ANONYMOUS_ADDRESS).close('a:ReplyTo');
  } else {
    writer.element('a:RelatesTo', parts.relatesTo);
  }
  writer.element('a:To', parts.to ?? ANONYMOUS_ADDRESS, MUST_UNDERSTAND);
  if (parts.security !== undefined) {
    writer.open('o:Security', { ...MUST_UNDERSTAND, 'xmlns:o': uriOf(Namespace.wsse) });
    parts.security(writer);
    writer.close('o:Security');
  }
  writer.close('s:Header').open('s:Body');
  parts.body(writer);
  return writer.close('s:Body').close('s:Envelope').take();
}

/** A wsu:Timestamp (WSS §3.3). */
export function writeTimestamp(writer: XmlWriter, createdAtMs: number, lifetimeMs: number): void {
  writer.open('u:Timestamp', { 'u:Id': '_0' });
  writer.element('u:Created', formatInstant(createdAtMs));
  writer.element('u:Expires', formatInstant(createdAtMs + lifetimeMs)).close('u:Timestamp');
}
