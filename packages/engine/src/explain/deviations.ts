/** What senders do to octets that they should digest as they are: each is tried, and told only if it gives their digest. */

/** How digested octets may come to differ from the canonical form; `DEVIATIONS` has what each does. */
export type DeviationName =
  | 'line-ends-crlf'
  | 'carriage-returns-written'
  | 'carriage-returns-lost'
  | 'text-trimmed'
  | 'white-space-between-elements-removed'
  | 'white-space-collapsed'
  | 'byte-order-mark'
  | 'xml-declaration'
  | 'line-end-behind'
  | 'xml-attributes-missing'
  | 'empty-elements-not-expanded'
  | 'content-only';

export interface Deviation {
  readonly name: DeviationName;
  readonly apply: (canonical: string) => string;
}

const XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>';
const BYTE_ORDER_MARK = '\ufeff';

/** Likely ones first. */
export const DEVIATIONS: readonly Deviation[] = [
  { name: 'white-space-between-elements-removed', apply: (text) => text.replace(/>[ \t\n]+</g, '><') },
  { name: 'line-ends-crlf', apply: (text) => text.replaceAll('\n', '\r\n') },
  { name: 'carriage-returns-written', apply: (text) => text.replace(/(?<!&#xD;)\n/g, '&#xD;\n') },
  { name: 'carriage-returns-lost', apply: (text) => text.replaceAll('&#xD;', '') },
  { name: 'text-trimmed', apply: (text) => text.replace(/>[ \t\n]+/g, '>').replace(/(?<![ \t\n])[ \t\n]+</g, '<') },
  { name: 'white-space-collapsed', apply: (text) => text.replace(/[ \t\n]+/g, ' ') },
  { name: 'xml-attributes-missing', apply: (text) => withoutXmlAttributes(text) },
  { name: 'byte-order-mark', apply: (text) => BYTE_ORDER_MARK + text },
  { name: 'xml-declaration', apply: (text) => XML_DECLARATION + text },
  { name: 'line-end-behind', apply: (text) => `${text}\n` },
  { name: 'empty-elements-not-expanded', apply: (text) => text.replace(/<([^<>\s/]+)([^<>]*)><\/\1>/g, '<$1$2/>') },
  { name: 'content-only', apply: (text) => text.slice(text.indexOf('>') + 1, text.lastIndexOf('</')) },
];

/** Of the first start tag, which is where inclusive forms put those of the elements around. */
function withoutXmlAttributes(text: string): string {
  const tagEnd = text.indexOf('>');
  return text.slice(0, tagEnd).replace(/ xml:[A-Za-z]+="[^"]*"/g, '') + text.slice(tagEnd);
}
