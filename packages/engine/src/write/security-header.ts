import type { XmlWriter } from '@parley/codec';
import { WSSE } from './names.ts';
import type { SoapVersion } from './soap.ts';
import { SOAP } from './soap.ts';

const SECURITY = WSSE.name('Security');

/** The start tag of wsse:Security (WSS §3.1), which the receiver must understand. */
export function openSecurity(writer: XmlWriter, version: SoapVersion): void {
  writer.open(SECURITY, [[SOAP[version].mustUnderstand, '1']]);
}
