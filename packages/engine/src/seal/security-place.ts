/** Where the wsse:Security header of a message that goes out is, or is made. */
import { XmlWriter } from '@parley/codec';
import { uriOfPrefix } from '@parley/codec/internal';
import { openSecurity } from '../write/security-header.ts';
import { SOAP, SOAP_NAMESPACES } from '../write/soap.ts';
import type { OutgoingMessage } from './outgoing-message.ts';
import type { Sealing } from './sealing.ts';
import { soapVersionOf } from './sealing.ts';

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
