// What `seal` takes, `open` takes back, whatever an envelope holds; what nobody could take back, `seal` refuses by name.
import { NAMESPACE_URIS } from '@parley/codec';
import { Namespace } from '@parley/codec/internal';
import { contextSource } from '@parley/core';
import type { Policy, SealRequest } from '@parley/engine';
import { open, policyOf, seal, Workspace } from '@parley/engine';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NOW_MS, SOAP11, SOAP12, sampleContext, sampleEnvelope, sampleRequest, text } from '../support/sample.ts';

const { wsu, wsse, wsse11, xenc, ds, wsc, saml20 } = Namespace;
const uri = (namespace: number): string => NAMESPACE_URIS[namespace] ?? '';
const data = (attributes = ''): string =>
  `<x:EncryptedData xmlns:x="${uri(xenc)}"${attributes}><x:CipherData><x:CipherValue>AAAA</x:CipherValue></x:CipherData></x:EncryptedData>`;
const wrapped = (inside: string, name = 'm:W', namespace = 'urn:m'): string =>
  `<${name} xmlns:${name.split(':')[0]}="${namespace}">${inside}</${name.split(' ')[0]}>`;
const security = (inside: string, attributes = ''): string =>
  `<w:Security xmlns:w="${uri(wsse)}" s:mustUnderstand="1"${attributes}>${inside}</w:Security>`;
const USERNAME = '<w:UsernameToken><w:Username>a</w:Username></w:UsernameToken>';

interface Envelope {
  readonly soap?: string;
  readonly addressing?: string | undefined;
  readonly header?: string;
  readonly body?: string;
  readonly attributes?: string;
}

const ANONYMOUS = 'http://www.w3.org/2005/08/addressing/anonymous';

/** The wsa headers of the sample, but for some of their texts. */
function addressingOf(texts: Partial<Record<'Action' | 'MessageID' | 'RelatesTo' | 'To' | 'Address', string>>): string {
  const { Action = 'urn:a', MessageID = 'urn:uuid:8', RelatesTo = 'urn:r', To = 'urn:t', Address = ANONYMOUS } = texts;
  return `<a:Action>${Action}</a:Action><a:MessageID>${MessageID}</a:MessageID><a:RelatesTo>${RelatesTo}</a:RelatesTo><a:ReplyTo><a:Address>${Address}</a:Address></a:ReplyTo><a:To>${To}</a:To>`;
}

function envelopeOf({ soap = SOAP12, addressing, header = '', body = '', attributes = '' }: Envelope): Uint8Array {
  const sample = text(sampleEnvelope('', soap));
  const plain = addressing === undefined ? sample : sample.replace(/<a:Action>.*<\/a:To>/, () => addressing);
  const filled = plain.replace('<s:Body></s:Body>', () => `<s:Body${attributes}>${body}</s:Body>`);
  return new TextEncoder().encode(filled.replace('</s:Header>', () => `${header}</s:Header>`));
}

/** Of all that may be allowed, everything: of what a policy can take, the receiver decides. */
const LENIENT: Policy = policyOf('strict', {
  allowComments: true,
  allowSeveralIds: true,
  requireUniqueForeignIds: false,
  requireSignedEncryption: false,
});

const REQUESTS: readonly Partial<SealRequest>[] = [
  {},
  { encrypt: 'body' },
  { encrypt: 'body-and-signature' },
  { encrypt: 'body', order: 'encrypt-then-sign' },
  { encryptHeaders: [{ namespace: 'urn:h', localName: 'H' }] },
  { encrypt: 'body', encryptHeaders: [{ namespace: 'urn:h', localName: 'H' }], order: 'encrypt-then-sign' },
];

/** Into a workspace that knows such messages, or none. */
function sealedInto(envelope: Uint8Array, request: SealRequest, isWarm: boolean): ReturnType<typeof seal> {
  if (!isWarm) return seal(envelope, request);
  const workspace = new Workspace();
  const warm = { ...request, workspace };
  for (const note of ['a', 'b', 'c', 'd'])
    seal(envelopeOf({ header: '<h:H xmlns:h="urn:h">a</h:H>', body: wrapped(`<m:${note}/>`) }), warm);
  for (const turn of ['1', '2', '3'])
    seal(envelopeOf({ addressing: addressingOf({ MessageID: `urn:uuid:${turn}` }), body: wrapped(turn) }), warm);
  return seal(envelope, warm);
}

const ID = ` xmlns:u="${uri(wsu)}" u:Id=`;
const ids = fc.constantFrom('_0', '_1', '_2', '_7', 'a', 'b');
const attributes = fc.oneof(
  fc.constant(''),
  ids.map((id) => `${ID}"${id}"`),
  ids.map((id) => ` Id="${id}"`),
  ids.map((id) => ` xml:id="${id}"`),
  fc.constantFrom(' a="&#13;&#10;&#9; &lt;"', ' xmlns=""', ' xml:lang="de"', ` a="${'x'.repeat(4000)}"`),
);
const leaves = fc.constantFrom(
  '',
  'text &amp; &#13;\r\n 😀&#x1F600;',
  '<![CDATA[<a>&]]]]><![CDATA[>]]>',
  '<!-- a comment -->',
  '<?pi?>',
  data(),
  data(' Id="_0"'),
  `<d:Signature xmlns:d="${uri(ds)}" Id="_1"><d:SignedInfo/></d:Signature>`,
  `<x:EncryptedKey xmlns:x="${uri(xenc)}"/><x:ReferenceList xmlns:x="${uri(xenc)}"/>`,
  security(USERNAME),
  '<s:Body><s:Header/></s:Body>',
  '<m s:mustUnderstand="1" s:role="x" s:actor="y"/>',
);
const { content } = fc.letrec<{ content: string; element: string }>((tie) => ({
  content: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaves,
    fc.array(tie('element'), { minLength: 1, maxLength: 3 }).map((parts) => parts.join('')),
  ),
  element: fc
    .tuple(
      fc.constantFrom('n xmlns="urn:n"', 'm:M xmlns:m="urn:m"', 'o', 'wsu:p xmlns:wsu="urn:p"'),
      attributes,
      tie('content'),
    )
    .filter(([start, more]) => !(start.includes(' xmlns="') && more === ' xmlns=""'))
    .map(([start, more, inside]) => `<${start}${more}>${inside}</${start.split(' ')[0]}>`),
}));
/** What stands in a wsa header, or instead of its value. */
const values = fc.oneof(
  { arbitrary: fc.webUrl(), weight: 3 },
  fc.uuid(),
  fc.constantFrom(
    '',
    ' ',
    ' urn:a\n',
    '&#32;',
    '&#65;:b',
    'urn:',
    'urn:a b',
    'urn:a&amp;b',
    ':a',
    '1:a',
    'a:é',
    'uuid:1',
  ),
  fc.constantFrom('<b/>', 'urn:<b>a</b>', 'urn:a<!-- b -->', '<!-- urn:a -->', '<![CDATA[urn:a]]>', 'urn:a<?b?>'),
  fc.constantFrom(`urn:${'x'.repeat(1020)}`),
);
const addressings = fc
  .record({ Action: values, MessageID: values, RelatesTo: values, To: values }, { requiredKeys: [] })
  .chain((texts) =>
    fc
      .constantFrom({}, { Address: ` ${ANONYMOUS} ` }, { Address: `${ANONYMOUS}<!-- -->` })
      .map((address) => addressingOf({ ...texts, ...address })),
  );
const envelopes = fc.record({
  addressing: fc.oneof({ arbitrary: fc.constant(undefined), weight: 2 }, addressings),
  soap: fc.constantFrom(SOAP11, SOAP12),
  body: content,
  header: fc
    .tuple(
      fc.constantFrom(
        '',
        `<h:H xmlns:h="urn:h"${ID}"a">${wrapped('b')}</h:H>`,
        wrapped(data(), 'h:H', 'urn:h'),
        data(),
      ),
      fc.constantFrom(
        '',
        security(''),
        security(USERNAME),
        security('<w:Foo/>'),
        security(data()),
        security('', ' s:role="urn:o" s:actor="urn:o"'),
      ),
    )
    .map((parts) => parts.join('')),
  attributes,
});

test('what is sealed can be opened, and what cannot be opened is not sealed', () => {
  const taken = new Set<boolean>();
  fc.assert(
    fc.property(envelopes, fc.constantFrom(...REQUESTS), fc.boolean(), (envelope, changes, isWarm) => {
      const reply = sealedInto(envelopeOf(envelope), sampleRequest(changes), isWarm);
      taken.add(reply.ok);
      if (!reply.ok) {
        expect(reply.code).toBe('caller.envelope-invalid');
        return;
      }
      const opened = open(reply.value.octets, {
        atMs: NOW_MS,
        policy: LENIENT,
        contexts: contextSource([sampleContext()]),
      });
      if (!opened.ok) throw new Error(`${opened.code} ${JSON.stringify(opened.detail)}`);
    }),
    { numRuns: 400 },
  );
  expect(taken.size).toBe(2);
});

const UNSIGNED = { sign: { body: true, addressing: false, timestamp: true } };

function addressingRow(name: 'Action' | 'MessageID' | 'RelatesTo' | 'To' | 'Address', what: string, value: string) {
  const envelope = { addressing: addressingOf({ [name]: value }), body: wrapped('4') };
  return [`wsa:${name}: ${what}`, envelope, [...REQUESTS, UNSIGNED], { element: name }] as const;
}

const ENCRYPTING = REQUESTS.slice(1, 4);
const ALREADY = { code: 'peer.structure-invalid', element: 'EncryptedData' };

const NOT_WORDS = [
  ['empty', ''],
  ['blank', ' &#10;\t'],
  ['an element', 'urn:a<b/>'],
  ['a comment', 'urn:<!-- -->a'],
  ['a CDATA section', '<![CDATA[urn:a]]>'],
] as const;
const NO_IRIS = ['7', 'a', ':a', 'urn:', '7:a', 'urn:a b', '-a:b', '&#45;a:b', 'urn&#32;:a'];

describe('it is said by name', () => {
  test.each<readonly [string, Envelope, readonly Partial<SealRequest>[], object]>([
    ['the Body is encrypted already', { body: data() }, REQUESTS, ALREADY],
    ['something in a Body to encrypt', { body: wrapped(wrapped(data())) }, ENCRYPTING, ALREADY],
    ['something last in a Body to encrypt', { body: wrapped('', 'm:A') + data() }, ENCRYPTING, ALREADY],
    ['something in a header to encrypt', { header: wrapped(data(), 'h:H', 'urn:h') }, REQUESTS.slice(4), ALREADY],
    ['a header of WSS 1.0', { header: data() }, REQUESTS, ALREADY],
    ['a header of WSS 1.1', { header: wrapped(data(), 'e:EncryptedHeader', uri(wsse11)) }, REQUESTS, ALREADY],
    ['a token', { header: security(data()) }, REQUESTS, ALREADY],
    ['what nobody knows', { header: security('<w:Foo/>') }, REQUESTS, { element: 'Foo' }],
    ['text', { header: security('text') }, REQUESTS, { element: 'Security' }],
    [
      'a second context',
      { header: security(`<c:SecurityContextToken xmlns:c="${uri(wsc)}"/>`) },
      REQUESTS,
      { element: 'SecurityContextToken' },
    ],
    ['an Id twice', { body: `<a${ID}"i"/><b${ID}"&#105;"/>` }, REQUESTS, { code: 'peer.id-duplicate', id: 'i' }],
    [
      'an Id twice, in Header and Body',
      { header: `<h${ID}"_0"/>`, body: `<b${ID}"_0"/>` },
      REQUESTS,
      { code: 'peer.id-duplicate', id: '_0' },
    ],
    ...(['Action', 'MessageID', 'RelatesTo', 'To'] as const).flatMap((name) =>
      NOT_WORDS.map(([what, value]) => addressingRow(name, what, value)),
    ),
    ...NOT_WORDS.slice(2).map(([what, value]) => addressingRow('Address', what, value)),
    ...NO_IRIS.map((value) => addressingRow('MessageID', `no absolute IRI: ${value}`, value)),
  ])('%s', (_name, envelope, requests, detail) => {
    for (const changes of requests)
      for (const isWarm of [false, true])
        expect(sealedInto(envelopeOf(envelope), sampleRequest(changes), isWarm)).toMatchObject({
          ok: false,
          code: 'caller.envelope-invalid',
          detail,
        });
  });

  test('an assertion to encrypt, with something encrypted in it', () => {
    const octets = new TextEncoder().encode(wrapped(data(), 'saml:Assertion', uri(saml20)).replace('>', ' ID="_a">'));
    const sealedWith = (encrypt: boolean) => seal(envelopeOf({}), sampleRequest({ assertions: [{ octets, encrypt }] }));
    expect(sealedWith(false).ok).toBe(true);
    expect(sealedWith(true)).toMatchObject({
      code: 'caller.input-invalid',
      detail: { reason: 'an assertion to encrypt, with something encrypted in it' },
    });
  });

  test('what is encrypted elsewhere in a Body that is only signed is the application’s', () => {
    expect(seal(envelopeOf({ body: wrapped(data()) }), sampleRequest()).ok).toBe(true);
  });
});
