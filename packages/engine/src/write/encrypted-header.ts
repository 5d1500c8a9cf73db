import type { Attribute, XmlWriter } from '@parley/codec';
import type { HeaderRouting } from '../message/header-routing.ts';
import { WSSE11, WSU_ID } from './names.ts';
import type { SoapVersion } from './soap.ts';
import { SOAP } from './soap.ts';

const ENCRYPTED_HEADER = WSSE11.name('EncryptedHeader');

/** The start tag of wsse11:EncryptedHeader (WSS 1.1 §9.3), with what the Security header says to every node. */
export function openEncryptedHeader(
  writer: XmlWriter,
  version: SoapVersion,
  id: string,
  { mustUnderstand, role, relay }: HeaderRouting,
): void {
  const names = SOAP[version];
  const attributes: Attribute[] = [[WSU_ID, id]];
  if (version === '1.1' && role !== undefined) attributes.push([names.actor, role]);
  if (mustUnderstand !== undefined) attributes.push([names.mustUnderstand, mustUnderstand]);
  if (version === '1.2' && relay !== undefined) attributes.push([names.relay, relay]);
  if (version === '1.2' && role !== undefined) attributes.push([names.role, role]);
  writer.open(ENCRYPTED_HEADER, attributes);
}
