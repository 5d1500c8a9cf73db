/** The reader and the canonicaliser under xml-crypto: what signing in JavaScript costs elsewhere. */
import { DOMParser } from '@xmldom/xmldom';
import { ExclusiveCanonicalization } from 'xml-crypto';
import type { SynchronousSubject } from '../measure.ts';
import { canonicalFormsOf, requireSame } from './canonical-forms.ts';
import { childNumbers } from './element-paths.ts';
import type { SignedMessage } from './ours.ts';
import { SCAN_AND_CANONICALISE } from './ours.ts';

export const XML_CRYPTO = 'xmldom + xml-crypto, parse + C14N of the signed parts';

export function xmlCryptoSubjects(signed: SignedMessage): readonly SynchronousSubject[] {
  const { name: message, octets, tape } = signed;
  const paths = signed.parts.map((part) => childNumbers(tape, part));
  const decoder = new TextDecoder();
  const canonicaliser = new ExclusiveCanonicalization();
  const run = (): string[] => {
    const root = new DOMParser().parseFromString(decoder.decode(octets), 'text/xml').documentElement;
    return paths.map((path) => canonicaliser.process(path.reduce(childNumbered, root), {}));
  };
  requireSame('xml-crypto', Buffer.concat(canonicalFormsOf(signed).parts), Buffer.from(run().join('')));
  return [{ name: XML_CRYPTO, message, bytes: octets.length, against: SCAN_AND_CANONICALISE, run }];
}

function childNumbered(element: Element, number: number): Element {
  const children = Array.from(element.childNodes).filter((node): node is Element => node.nodeType === 1);
  return children[number]!;
}
