/**
 * Messages of a sender who has no key, each as large as a message may be and full of one thing that costs something to read:
 * what grows with two counts of a message at once shows in one of them.
 */
import { NOW_MS, SOAP12, sampleContext } from '../support/sample.ts';

const WSU = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd';
const WSSE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';
const WSSE11 = 'http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd';
const DS = 'http://www.w3.org/2000/09/xmldsig#';
const XENC = 'http://www.w3.org/2001/04/xmlenc#';
const WSC = 'http://docs.oasis-open.org/ws-sx/ws-secureconversation/200512';
const WSA = 'http://www.w3.org/2005/08/addressing';
const C14N = 'http://www.w3.org/2001/10/xml-exc-c14n#';

/** Where the flood stands; `security` in the place of the signatures. */
export interface Place {
  readonly header?: string;
  readonly security?: string;
  readonly body?: string;
}

const SIZE_BYTES = 1_000_000;
const DECLARED = `xmlns:s="${SOAP12}" xmlns:a="${WSA}" xmlns:u="${WSU}" xmlns:o="${WSSE}" xmlns:t="${WSSE11}" xmlns:d="${DS}" xmlns:x="${XENC}" xmlns:c="${WSC}"`;
const SIGNATURES = 4;
const REFERENCES = 32;

/** By what each is full of. */
export const FLOODS: Readonly<Record<string, () => Place>> = {
  text: () => ({ body: filled(() => 'lorem ipsum ') }),
  blanks: () => ({ body: filled(() => '          ') }),
  'carriage returns': () => ({ body: filled(() => '\r\r\r\r\r\r\r\r') }),
  'character references': () => ({ body: filled(() => '&#65;') }),
  'CDATA sections': () => ({ body: filled(() => '<![CDATA[]]>') }),
  comments: () => ({ body: filled(() => '<!---->') }),
  elements: () => ({ body: filled(() => '<aa/>', 190_000) }),
  'open elements': () => ({ body: filled(() => `${'<aa>'.repeat(100)}${'</aa>'.repeat(100)}`) }),
  attributes: () => ({ body: filled(() => `<a ${list(250, (at) => `a${at}=""`)}/>`, 700) }),
  'attributes in descending order': () => ({ body: filled(() => `<a ${list(250, (at) => `a${999 - at}=""`)}/>`, 700) }),
  'attributes of one element': () => ({ body: `<a ${filled((at) => ` a${at}=""`)}/>` }),
  'declarations of one element': () => ({ body: `<a ${filled((at) => ` xmlns:p${at}="urn:x"`)}/>` }),
  'attributes of long names': () => ({
    body: filled(() => `<a ${list(60, (at) => `${'n'.repeat(900)}${99 - at}=""`)}/>`),
  }),
  'attributes of many namespaces': () => {
    const declared = list(60, (at) => `xmlns:p${at}="urn:${'u'.repeat(120)}${at}"`);
    const used = list(60, (at) => `p${59 - at}:a=""`);
    return { body: `<b ${declared}>${filled(() => `<a ${used}/>`, 3000)}</b>` };
  },
  declarations: () => ({ body: filled(() => `<a ${list(60, (at) => `xmlns:p${at}="urn:${at}"`)}/>`, 3000) }),
  prefixes: () => ({ body: filled((at) => `<a ${list(60, (more) => `xmlns:p${at * 60 + more}="urn:x"`)}/>`, 3000) }),
  namespaces: () => ({
    body: filled((at) => `<a ${list(60, (more) => `xmlns:p="urn:${at * 60 + more}"`).slice(0, 20)}/>`),
  }),
  'long namespaces': () => ({ body: filled((at) => `<a xmlns="urn:${'u'.repeat(60_000)}${at}"/>`) }),
  ids: () => ({ body: filled((at) => `<x u:Id="i${at}a1"/>`) }),
  'ids with references in them': () => ({ body: filled((at) => `<x u:Id="&#65;${at}"/>`) }),
  'long ids with references in them': () => ({ body: filled((at) => `<x u:Id="&#65;${at}${'y'.repeat(65_000)}"/>`) }),
  'ids that end alike': () => ({ body: filled((at) => `<x u:Id="${at}${'y'.repeat(1000)}h1"/>`) }),
  'header blocks': () => ({ header: filled(() => '<h/>') }),
  'addressing headers': () => ({ header: filled((at) => `<a:None${at}/>`) }),
  'header blocks of others': () => ({ header: filled(() => '<h s:role="urn:r" s:mustUnderstand="1"/>') }),
  'Security headers of others': () => ({ header: filled(() => '<o:Security s:role="urn:r"/>') }),
  'encrypted headers': () => ({
    header: filled((at) => `<t:EncryptedHeader><x:EncryptedData Id="e${at}"/></t:EncryptedHeader>`),
  }),
  'encrypted data': () => ({ security: filled((at) => `<x:EncryptedData Id="e${at}"/>`) }),
  'lists of encrypted data': () => ({ security: filled(() => '<x:ReferenceList/>') }),
  'references to encrypted data': () => ({
    security: `<x:ReferenceList>${filled(() => '<x:DataReference URI="#h1"/>')}</x:ReferenceList>`,
  }),
  'lists inside an encrypted key': () => ({
    security: `<x:EncryptedKey>${filled(() => '<x:ReferenceList/>')}</x:EncryptedKey>`,
  }),
  'keys with a list each': () => ({
    security: filled(() => '<x:EncryptedKey><x:ReferenceList/></x:EncryptedKey>'),
  }),
  'unknown tokens': () => ({ security: filled(() => '<o:Nothing/>') }),
  'a token of text': () => ({
    security: `<o:BinarySecurityToken u:Id="t">${filled(() => 'QUJD'.repeat(16))}</o:BinarySecurityToken>`,
  }),
  'derived keys of long labels': () => ({
    security: list(
      12,
      (at) =>
        `<c:DerivedKeyToken u:Id="k${at}"><o:SecurityTokenReference><o:Reference URI="#k${at + 1}"/></o:SecurityTokenReference><c:Label>${'l'.repeat(80_000)}</c:Label></c:DerivedKeyToken>`,
    ),
  }),
  'references of signatures': () => ({ security: filled(() => signature(['h1', 'h2'])) }),
  'references of one signature': () => ({ security: signature(Array.from({ length: 3000 }, (_, at) => `h${at}`)) }),
  transforms: () => ({
    security: signature(
      ['h1'],
      filled(() => `<d:Transform Algorithm="${C14N}"/>`),
    ),
  }),
  'a PrefixList': () => ({
    security: signature(
      ['h1'],
      `<d:Transform Algorithm="${C14N}"><n:InclusiveNamespaces xmlns:n="${C14N}" PrefixList="${'p '.repeat(30_000)}"/></d:Transform>`,
    ),
    body: filled(() => '<b/>', 100_000),
  }),
  'a signature value': () => ({
    security: signature(
      ['h1'],
      undefined,
      filled(() => 'AAAA'.repeat(16)),
    ),
  }),
};

/**
 * A message with a Security header of four signatures of 32 references each, by a key that only others have: nothing but the
 * flood is wrong with it before a signature is.
 */
export function flooded({ header = '', security, body = '' }: Place): Uint8Array {
  const named = ['time', 'body', 'action', 'to', 'id', ...Array.from({ length: REFERENCES - 5 }, (_, at) => `h${at}`)];
  const signatures = security === undefined ? signature(named).repeat(SIGNATURES) : security;
  return new TextEncoder().encode(
    `<s:Envelope ${DECLARED}><s:Header><a:Action u:Id="action">urn:a</a:Action><a:To u:Id="to">urn:t</a:To><a:MessageID u:Id="id">urn:m</a:MessageID>${list(REFERENCES, (at) => `<h u:Id="h${at}"/>`)}${header}<o:Security s:mustUnderstand="1"><u:Timestamp u:Id="time"><u:Created>${instant(0)}</u:Created><u:Expires>${instant(300_000)}</u:Expires></u:Timestamp>${signatures}</o:Security></s:Header><s:Body u:Id="body">${body}</s:Body></s:Envelope>`,
  );
}

/** The same as what an application sends: as the content of a Body, harmless there. */
export function asPayload({ header = '', security = '', body = '' }: Place): string {
  return `<m ${DECLARED}>${header}${security}${body}</m>`;
}

function instant(afterMs: number): string {
  return new Date(NOW_MS + afterMs).toISOString();
}

function signature(
  ids: readonly string[],
  transforms = `<d:Transform Algorithm="${C14N}"/>`,
  value = 'AAAAAAAAAAAAAAAAAAAAAAAAAAA=',
): string {
  const references = ids.map(
    (id) =>
      `<d:Reference URI="#${id}"><d:Transforms>${transforms}</d:Transforms><d:DigestMethod Algorithm="${DS}sha1"/><d:DigestValue>AAAAAAAAAAAAAAAAAAAAAAAAAAA=</d:DigestValue></d:Reference>`,
  );
  return `<d:Signature><d:SignedInfo><d:CanonicalizationMethod Algorithm="${C14N}"/><d:SignatureMethod Algorithm="${DS}hmac-sha1"/>${references.join('')}</d:SignedInfo><d:SignatureValue>${value}</d:SignatureValue><d:KeyInfo><o:SecurityTokenReference><o:Reference URI="${sampleContext().identifier}"/></o:SecurityTokenReference></d:KeyInfo></d:Signature>`;
}

/** As many of `part` as make up the size, or `countMax` of them. */
function filled(part: (at: number) => string, countMax = Number.POSITIVE_INFINITY): string {
  const parts: string[] = [];
  let length = 0;
  for (let at = 0; at < countMax && length < SIZE_BYTES; at++) {
    const next = part(at);
    parts.push(next);
    length += next.length;
  }
  if (length > SIZE_BYTES) parts.pop();
  return parts.join('');
}

function list(count: number, part: (at: number) => string): string {
  return Array.from({ length: count }, (_, at) => part(at)).join(' ');
}
