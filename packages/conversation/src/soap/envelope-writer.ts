/** Envelopes of ours, still without protection: WS-Addressing headers and a Body. Prefixes as WCF writes them. */
import type { Attribute, NamespaceBinding, QualifiedName } from '@parley/codec';
import { XmlWriter } from '@parley/codec';
import { Namespace, namesIn } from '@parley/codec/internal';
import { Fault } from '@parley/core';
import type { Kind } from '@parley/core/internal';
import { callback, oneOf, optional, requireOptions, shapeOf, TEXT } from '@parley/core/internal';
import type { SoapVersion } from '@parley/engine';
import { bound, SOAP } from '@parley/engine/internal';
import type { AddressingStyle } from './addressing-style.ts';
import { ADDRESSING_1_0, ADDRESSING_STYLE } from './addressing-style.ts';

export interface EnvelopeParts {
  readonly soapVersion: SoapVersion;
  readonly action: string;
  readonly messageId: string;
  /** Of a request: where it goes. */
  readonly to?: string | undefined;
  /** Of a reply: the MessageID it answers. */
  readonly relatesTo?: string | undefined;
  /** Default: WS-Addressing 1.0, to be understood. */
  readonly addressing?: AddressingStyle | undefined;
  /** Writes header blocks behind those of WS-Addressing. */
  readonly headers?: ((writer: XmlWriter) => void) | undefined;
  /** Writes the children of the Body. */
  readonly body: (writer: XmlWriter) => void;
}

const BINDINGS = { '1.0': bound('a', Namespace.wsa), '2004/08': bound('a', Namespace.wsa04) } as const;
const NAMES = namesIn(BINDINGS, ['Action', 'MessageID', 'ReplyTo', 'Address', 'RelatesTo', 'To']);
/** Back on the connection that the request came on. */
export const ANONYMOUS: Readonly<Record<AddressingStyle['version'], string>> = {
  '1.0': 'http://www.w3.org/2005/08/addressing/anonymous',
  '2004/08': 'http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous',
};
/** Whether what is sent there goes back on the connection. */
export function isAnonymous(address: string): boolean {
  return Object.values(ANONYMOUS).includes(address);
}

/** For AppliesTo, which names its address by WS-Addressing 1.0 whatever the message does. */
export const WSA: NamespaceBinding = BINDINGS['1.0'];
export const ADDRESS: QualifiedName = NAMES['1.0'].Address;

const PARTS: Kind<EnvelopeParts> = shapeOf<EnvelopeParts>({
  soapVersion: oneOf(['1.1', '1.2']),
  action: TEXT,
  messageId: TEXT,
  to: optional(TEXT),
  relatesTo: optional(TEXT),
  addressing: optional(ADDRESSING_STYLE),
  headers: optional(callback()),
  body: callback(),
});

/**
 * Writes an envelope. A request says where to answer (anonymous); a reply says what it answers. What `headers` and `body` throw comes
 * through.
 * @throws Fault `caller.option-invalid`, also where one of them answers a promise
 */
export function writeEnvelope(parts: EnvelopeParts): Uint8Array {
  requireOptions(PARTS, parts, 'parts');
  const soap = SOAP[parts.soapVersion];
  const { version, mustUnderstand } = parts.addressing ?? ADDRESSING_1_0;
  const names = NAMES[version];
  const mandatory: readonly Attribute[] = mustUnderstand ? [[soap.mustUnderstand, '1']] : [];
  const writer = new XmlWriter();
  writer.open(soap.Envelope).open(soap.Header);
  writer.element(names.Action, parts.action, mandatory).element(names.MessageID, parts.messageId);
  if (parts.relatesTo === undefined) writer.open(names.ReplyTo).element(names.Address, ANONYMOUS[version]).close();
  else writer.element(names.RelatesTo, parts.relatesTo);
  writer.element(names.To, parts.to ?? ANONYMOUS[version], mandatory);
  write(writer, 'headers', parts.headers);
  writer.close().open(soap.Body);
  write(writer, 'body', parts.body);
  return writer.close().close().take();
}

/** safety: what is written later would be lost, and a promise that nobody waits for, and that is broken, would end the process. */
function write(writer: XmlWriter, option: 'headers' | 'body', part: EnvelopeParts['headers']): void {
  const answer: unknown = part?.(writer);
  if (!(answer instanceof Promise)) return;
  answer.catch(() => undefined);
  throw new Fault('caller.option-invalid', { option, reason: 'it is to write at once, and answers a promise' });
}
