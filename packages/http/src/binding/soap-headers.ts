/** The HTTP bindings of SOAP 1.1 (§6) and SOAP 1.2 (part 2, §7): what of a message stands in HTTP headers. */
import { Fault } from '@parley/core';
import type { SoapVersion } from '@parley/engine';
import { parseMediaType } from './media-type.ts';

/** What the headers of a request or a reply say of the message. */
export interface SoapHeaders {
  readonly soapVersion: SoapVersion;
  /** SOAPAction, or the action parameter; `undefined` where there is none or it is empty. */
  readonly soapAction: string | undefined;
}

const VERSIONS: ReadonlyMap<string, SoapVersion> = new Map([
  ['text/xml', '1.1'],
  ['application/soap+xml', '1.2'],
]);

// What a peer sends instead of a message, by name: the first thing one wants to know.
const OTHERS: ReadonlyMap<string, string> = new Map([
  ['multipart/related', 'a multipart package (MTOM or SOAP with Attachments)'],
  ['application/soap+fastinfoset', 'Fast Infoset'],
  ['application/fastinfoset', 'Fast Infoset'],
  ['application/soap+msbin1', '.NET binary XML'],
  ['text/html', 'an HTML page'],
  ['application/json', 'JSON'],
]);

/**
 * Reads the headers of a message.
 * @throws Fault `peer.http-content-type` no content type of SOAP in UTF-8, content coding, or a SOAPAction that is not quoted right
 */
export function readSoapHeaders(
  contentType: string | undefined,
  soapAction: string | undefined,
  contentEncoding: string | undefined,
): SoapHeaders {
  if (contentEncoding !== undefined && contentEncoding.toLowerCase() !== 'identity')
    throw unusable('content-encoding', contentEncoding);
  const type = contentType === undefined ? undefined : parseMediaType(contentType);
  if (type === undefined) throw unusable('content-type', contentType ?? 'no Content-Type');
  const soapVersion = VERSIONS.get(type.essence);
  if (soapVersion === undefined) throw unusable('content-type', OTHERS.get(type.essence) ?? type.essence);
  const charset = type.parameters.get('charset') ?? 'utf-8';
  if (!/^(utf-?8|us-ascii)$/i.test(charset)) throw unusable('charset', charset);
  const action = soapVersion === '1.2' ? type.parameters.get('action') : unquoted(soapAction);
  return { soapVersion, soapAction: action === '' ? undefined : action };
}

/** The headers of a message that is sent. */
export function soapHeaders(soapVersion: SoapVersion, soapAction: string | undefined): Record<string, string> {
  if (soapVersion === '1.1') {
    const headers = { 'content-type': 'text/xml; charset=utf-8' };
    return soapAction === undefined ? headers : { ...headers, soapaction: quoted(soapAction) };
  }
  const action = soapAction === undefined ? '' : `; action=${quoted(soapAction)}`;
  return { 'content-type': `application/soap+xml; charset=utf-8${action}` };
}

/** SOAP 1.1 §6.1.1 has it quoted; older peers leave the quotes out. */
function unquoted(soapAction: string | undefined): string | undefined {
  if (soapAction === undefined) return undefined;
  const text = soapAction.trim();
  const bare = /^"(.*)"$/s.exec(text)?.[1] ?? text;
  if (bare.includes('"')) throw unusable('soapaction', text);
  return bare;
}

function quoted(text: string): string {
  // Neither form may end the header, or the string in it.
  if (/[^\x21-\x7e]/.test(text))
    throw new Fault('caller.option-invalid', { option: 'action', reason: 'not printable ASCII' });
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

function unusable(header: string, got: string): Fault {
  return new Fault('peer.http-content-type', { header, got: got.slice(0, 100) });
}
