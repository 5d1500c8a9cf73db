/** Where the wsse:Security header of a message that goes out is, or is made. */
import type { Tape } from '@parley/codec';
import { XmlWriter } from '@parley/codec';
import { firstChild, isNamed, localName, Namespace, nextSibling, uriOfPrefix } from '@parley/codec/internal';
import { Fault } from '@parley/core';
import { openSecurity } from '../write/security-header.ts';
import { SOAP, SOAP_NAMESPACES } from '../write/soap.ts';
import type { OutgoingMessage } from './outgoing-message.ts';
import type { Sealing } from './sealing.ts';
import { soapVersionOf } from './sealing.ts';

const ONCE = [
  [Namespace.wsu, localName('Timestamp')],
  [Namespace.ds, localName('Signature')],
] as const;

/**
 * A Security header (an element, or -1) may bring tokens along; what `seal` itself writes must not be there.
 * @throws Fault `caller.envelope-invalid`
 */
export function requireUnsecured(tape: Tape, security: number): void {
  for (let child = security < 0 ? -1 : firstChild(tape, security); child >= 0; child = nextSibling(tape, child)) {
    if (ONCE.some(([namespace, name]) => isNamed(tape, child, namespace, name)))
      throw new Fault('caller.envelope-invalid', { reason: 'it is secured already' });
  }
}

/** Writes into the Security header, making header and Header where there are none. */
export function writeIntoSecurity(
  { tape, envelope, request, workspace }: Pick<Sealing, 'tape' | 'envelope' | 'request' | 'workspace'>,
  message: OutgoingMessage,
  write: (writer: XmlWriter) => void,
): void {
  if (envelope.security >= 0) {
    message.append(envelope.security, () => write(new XmlWriter(workspace.written)));
    return;
  }
  const version = soapVersionOf(envelope);
  const soap = SOAP_NAMESPACES[version];
  const surroundings = Math.max(envelope.header, 0);
  const isInScope = uriOfPrefix(tape, surroundings, soap.prefix) === soap.uri;
  const writeHeader = (): void => {
    const writer = new XmlWriter(workspace.written, isInScope ? [soap] : []);
    if (envelope.header < 0) writer.open(SOAP[version].Header);
    openSecurity(writer, version, request);
    write(writer);
    writer.close();
    if (envelope.header < 0) writer.close();
  };
  if (envelope.header >= 0) message.append(envelope.header, writeHeader);
  else message.insertBefore(envelope.body, writeHeader);
}
