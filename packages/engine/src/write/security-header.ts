import type { Attribute, XmlWriter } from '@parley/codec';
import { WSSE } from './names.ts';
import type { SoapVersion } from './soap.ts';
import { SOAP } from './soap.ts';

const SECURITY = WSSE.name('Security');

/** Whom a wsse:Security header is for, and whether that receiver may pass over it. */
export interface SecurityAddressee {
  /** Default: true. */
  readonly mustUnderstand?: boolean | undefined;
  /** The actor (SOAP 1.1) or role; without one, the last receiver. */
  readonly role?: string | undefined;
}

/** The start tag of wsse:Security (WSS §3.1). */
export function openSecurity(writer: XmlWriter, version: SoapVersion, addressee: SecurityAddressee = {}): void {
  const { mustUnderstand = true, role } = addressee;
  const names = SOAP[version];
  const roles: readonly Attribute[] = role === undefined ? [] : [[version === '1.1' ? names.actor : names.role, role]];
  const understood: readonly Attribute[] = mustUnderstand ? [[names.mustUnderstand, '1']] : [];
  writer.open(SECURITY, version === '1.1' ? [...roles, ...understood] : [...understood, ...roles]);
}
