import type { FaultDetail } from '@parley/core';
import { printable } from '@parley/core/internal';

const HABITS =
  'how the request is secured is not what it expects: compare --peer, --suite, --encrypt, --order and how the call begins';
const CREDENTIALS = 'it does not know the user, the password or the certificate, or this user may not call it';
const CONTEXT = 'it does not know the context any more, or keeps it on another node: call again';

/** What mostly lies behind a fault of a service. A service says no more than this on purpose. */
const HINTS: Readonly<Record<string, string>> = {
  InvalidSecurity: `${HABITS}; and the clocks of both sides`,
  InvalidSecurityToken: HABITS,
  UnsupportedSecurityToken: HABITS,
  UnsupportedAlgorithm: 'it does not take this suite: see --suite',
  SecurityTokenUnavailable: HABITS,
  SecurityError: `CXF says so of every refusal: ${HABITS}; the clocks; or ${CONTEXT}`,
  FailedCheck:
    'a signature or a key is not what it expects: compare --suite, --peer and the certificate of the service',
  FailedAuthentication: CREDENTIALS,
  MessageExpired: 'its clock and this one differ, or the message took too long',
  BadContextToken: CONTEXT,
  RenewNeeded: CONTEXT,
  InvalidRequest:
    'it does not issue a context for such a request: compare --version, and whether it speaks WS-SecureConversation at this address',
  RequestFailed: 'it could not issue a context: its own log says why',
  ActionNotSupported: 'it has no such operation: compare --action and the address',
  DestinationUnreachable: 'it does not serve this address: compare the address with that in its WSDL',
  MustUnderstand: 'it does not understand a header of the request: compare --peer',
  VersionMismatch: 'it speaks the other version of SOAP: see --soap',
};

/** A fault that a service answered with, for a person: its code and what mostly lies behind it; `undefined` if `detail` tells of none. */
export function soapFaultText(detail: FaultDetail): string | undefined {
  const { faultCode, faultNamespace } = detail as FaultDetail & Record<'faultCode' | 'faultNamespace', unknown>;
  if (typeof faultCode !== 'string') return undefined;
  const hint = Object.hasOwn(HINTS, faultCode) ? HINTS[faultCode] : "the service's own log says why";
  return printable(`${faultCode} (${String(faultNamespace ?? 'unknown')}): ${hint}`);
}
