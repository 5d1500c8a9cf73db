/** What a header block says to every SOAP node on the way (SOAP 1.1 §4.2, SOAP 1.2 §5.2). */
import type { Tape } from '@parley/codec';
import { attributeNamed, attributeText, localName, Namespace } from '@parley/codec/internal';

/** The values of the attributes, as they stand there. */
export interface HeaderRouting {
  readonly mustUnderstand: string | undefined;
  /** SOAP 1.1 calls it actor. */
  readonly role: string | undefined;
  /** SOAP 1.2 only. */
  readonly relay: string | undefined;
}

const MUST_UNDERSTAND = localName('mustUnderstand');
const ACTOR = localName('actor');
const ROLE = localName('role');
const RELAY = localName('relay');
const ULTIMATE_RECEIVER = 'http://www.w3.org/2003/05/soap-envelope/role/ultimateReceiver';
const NEXT = ['http://schemas.xmlsoap.org/soap/actor/next', 'http://www.w3.org/2003/05/soap-envelope/role/next'];

/** Reads the attributes of a header block; `soap` is the namespace of the envelope. */
export function readHeaderRouting(tape: Tape, block: number, soap: number): HeaderRouting {
  const value = (local: Uint8Array): string | undefined => {
    const attribute = attributeNamed(tape, block, soap, local);
    return attribute < 0 ? undefined : attributeText(tape, attribute);
  };
  const is11 = soap === Namespace.soap11;
  return {
    mustUnderstand: value(MUST_UNDERSTAND),
    role: value(is11 ? ACTOR : ROLE),
    relay: is11 ? undefined : value(RELAY),
  };
}

/**
 * The role of a node or header block, `undefined` for the last receiver: who names nobody means that one (SOAP 1.1 §4.2.2,
 * SOAP 1.2 §5.2.2). interop: Axis and WSS4J write and take `actor=""` so.
 */
export function roleMeant(named: string | undefined): string | undefined {
  const role = named === undefined ? '' : collapsed(named);
  return role === '' || role === ULTIMATE_RECEIVER ? undefined : role;
}

/** The actor or role that a header block means; `undefined` for the last receiver. `soap` as for {@link readHeaderRouting}. */
export function roleOfBlock(tape: Tape, block: number, soap: number): string | undefined {
  const attribute = attributeNamed(tape, block, soap, soap === Namespace.soap11 ? ACTOR : ROLE);
  return attribute < 0 ? undefined : roleMeant(attributeText(tape, attribute));
}

/** Whether a role is `next`, in which every node acts (SOAP 1.1 §4.2.2, SOAP 1.2 §2.2). */
export function isNext(role: string | undefined): boolean {
  return role !== undefined && NEXT.includes(role);
}

/** Whether every node treats two header blocks alike. */
export function isRoutedAlike(left: HeaderRouting, right: HeaderRouting): boolean {
  return (
    isTrue(left.mustUnderstand) === isTrue(right.mustUnderstand) &&
    roleMeant(left.role) === roleMeant(right.role) &&
    isTrue(left.relay) === isTrue(right.relay)
  );
}

/** xs:boolean, false by default. */
export function isTrue(text: string | undefined): boolean {
  if (text === undefined) return false;
  const value = collapsed(text);
  return value === '1' || value === 'true';
}

const SPACES = ' \t\r\n';

/** Without the white space around it, which values of these types do not have (XML Schema 1.0, part 2, §4.3.6). */
function collapsed(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && SPACES.includes(text.charAt(start))) start++;
  while (end > start && SPACES.includes(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}
