/** What may be wrong inside an element of an otherwise well-formed document, by what it is: octets that are put behind a `>`. */
import { octets } from './reading.ts';

const MANY_ATTRIBUTES = Array.from({ length: 40 }, (_, at) => `a${99 - at}=""`).join(' ');

export const MALFORMATIONS: Readonly<Record<string, Uint8Array>> = {
  'a tag that nothing ends': octets('<x>'),
  'an end tag that nothing begins': octets('</x>'),
  'a tag inside a tag': octets('<x <y/>'),
  'a tag without a name': octets('< x/>'),
  'a tag with two names': octets('<x/y/>'),
  'a name of two colons': octets('<p:q:x/>'),
  'an undeclared prefix': octets('<undeclared:x/>'),
  'an undeclared prefix of an attribute': octets('<x undeclared:a=""/>'),
  'a prefix declared as nothing': octets('<x xmlns:p=""/>'),
  'a prefix declared twice': octets('<x xmlns:p="urn:a" xmlns:p="urn:b"/>'),
  'a reserved prefix': octets('<x xmlns:xmlns="urn:a"/>'),
  'a relative namespace': octets('<x xmlns="relative"/>'),
  'an attribute twice': octets('<x a="1" b="" a="2"/>'),
  'an attribute twice among many': octets(`<x ${MANY_ATTRIBUTES} a99=""/>`),
  'an attribute twice by two prefixes': octets('<x xmlns:p="urn:a" xmlns:q="urn:a" p:a="" q:a=""/>'),
  'an Id and an attribute twice': octets('<x Id="i" a="" a=""/>'),
  'an attribute without a value': octets('<x a/>'),
  'an attribute without quotes': octets('<x a=b/>'),
  'attributes without a blank': octets('<x a=""b=""/>'),
  'a `<` in a value': octets('<x a="<"/>'),
  'a control character in a value': octets('<x a="\u0001"/>'),
  'a reference to nothing in a value': octets('<x a="&nothing;"/>'),
  'a value that nothing ends': octets('<x a="'),
  'a reference to nothing': octets('&nothing;'),
  'an ampersand': octets('a & b'),
  'a reference to no character': octets('text &#0;'),
  'a reference beyond characters': octets('text &#x110000;'),
  'a control character': octets('text \u0001'),
  'a noncharacter': octets('text \uffff'),
  'the end of a CDATA section': octets('text ]]>'),
  'a CDATA section that nothing ends': octets('<![CDATA[ >'),
  'two hyphens in a comment': octets('<!-- -- -->'),
  'a comment that nothing ends': octets('<!-- >'),
  'a noncharacter in a comment': octets('<!-- \ufffe -->'),
  'a DOCTYPE': octets('<!DOCTYPE a>'),
  'a processing instruction': octets('<?pi x?>'),
  'a processing instruction that nothing ends': octets('<?pi >'),
  'a name beyond ASCII, then a tag that nothing ends': octets('<é/><x>'),
  'many attributes, then a tag that nothing ends': octets(`<y ${MANY_ATTRIBUTES}/><x>`),
  'a name that is too long': octets(`<${'n'.repeat(1025)}/>`),
  'a value that is too long': octets(`<x a="${'v'.repeat(65_537)}"/>`),
  'too many attributes': octets(`<x ${Array.from({ length: 300 }, (_, at) => `a${at}=""`).join(' ')}/>`),
  'too many declarations': octets(`<x ${Array.from({ length: 300 }, (_, at) => `xmlns:p${at}="urn:a"`).join(' ')}/>`),
  'too deep elements': octets('<x>'.repeat(300)),
};

/** `document` with `wrong` behind its `>` number `place`, counted from the end. */
export function malformed(document: Uint8Array, wrong: Uint8Array, place: number): Uint8Array {
  let at = document.length;
  for (let passed = 0; passed <= place; passed++) at = document.lastIndexOf(0x3e, at - 1);
  if (at < 0) throw new Error(`There is no such place: ${place}`);
  const made = new Uint8Array(document.length + wrong.length);
  made.set(document.subarray(0, at + 1));
  made.set(wrong, at + 1);
  made.set(document.subarray(at + 1), at + 1 + wrong.length);
  return made;
}
