import {
  attributeText,
  CanonicalElement,
  canonicalise,
  canonicaliseContent,
  canonicaliseDocument,
  firstChild,
  localNameOf,
  NamespaceBinding,
  namespaceUriOf,
  nextSibling,
  OctetSink,
  parentOf,
  QualifiedName,
  readDocument,
  SchemaSet,
  scan,
  Tape,
  textOf,
  validate,
  wsSchemaFiles,
  wsSchemas,
  XmlWriter,
} from '@parley/codec';
import { DEFAULT_LIMITS } from '@parley/core';
import { type Door, door } from './door.ts';

type Given<Call extends (...given: never[]) => unknown> = Parameters<Call>;

const octets = new TextEncoder().encode('<a x="1"><b>text</b></a>');
const tape = new Tape();
scan(octets, DEFAULT_LIMITS, tape);
const text = new TextEncoder().encode('text');
const app = new NamespaceBinding('e', 'urn:app');
const name = app.name('Echo');
const attribute = new NamespaceBinding('', '').name('x');
const element = CanonicalElement.of(tape, 0, 1000);
/** The elements of the tape: `a` and `b`. */
const [A, B] = [0, 1];
const writing = (): XmlWriter => new XmlWriter();
const [schema = ''] = wsSchemaFiles('messages');

export const CODEC_DOORS: Readonly<Record<string, Door>> = {
  'codec.scan': door(
    (...given: Given<typeof scan>) => scan(...given),
    [octets, DEFAULT_LIMITS, new Tape(), { processingInstructions: 'keep', plainly: true }],
    { whole: ['1'], peers: ['0'] },
  ),
  'codec.readDocument': door(
    (...given: Given<typeof readDocument>) => readDocument(...given),
    [octets, DEFAULT_LIMITS, new Tape(), 'scan', { processingInstructions: 'keep', plainly: true }],
    { whole: ['1'], peers: ['0'] },
  ),
  'codec.canonicalise': door(
    (...given: Given<typeof canonicalise>) => canonicalise(...given),
    [
      tape,
      A,
      new OctetSink(),
      {
        method: 'exclusive',
        comments: true,
        shieldDefaultNamespace: false,
        inclusivePrefixes: ['e'],
        without: -1,
        replacement: { element: B, by: A },
      },
    ],
  ),
  'codec.canonicaliseContent': door(
    (...given: Given<typeof canonicaliseContent>) => canonicaliseContent(...given),
    [tape, A, new OctetSink(), { comments: true, shieldDefaultNamespace: true }],
  ),
  'codec.canonicaliseDocument': door(
    (...given: Given<typeof canonicaliseDocument>) => canonicaliseDocument(...given),
    [tape, new OctetSink(), { method: 'inclusive', comments: true, without: B }],
  ),
  'codec.firstChild': door((...given: Given<typeof firstChild>) => firstChild(...given), [tape, A]),
  'codec.nextSibling': door((...given: Given<typeof nextSibling>) => nextSibling(...given), [tape, A]),
  'codec.parentOf': door((...given: Given<typeof parentOf>) => parentOf(...given), [tape, A]),
  'codec.localNameOf': door((...given: Given<typeof localNameOf>) => localNameOf(...given), [tape, A]),
  'codec.namespaceUriOf': door((...given: Given<typeof namespaceUriOf>) => namespaceUriOf(...given), [tape, A]),
  'codec.textOf': door((...given: Given<typeof textOf>) => textOf(...given), [tape, B], { peers: ['1'] }),
  'codec.attributeText': door((...given: Given<typeof attributeText>) => attributeText(...given), [tape, 0]),
  'codec.OctetSink': door(
    (...given: ConstructorParameters<typeof OctetSink>) => new OctetSink(...given),
    [16, () => undefined],
  ),
  'codec.OctetSink.streaming': door(
    (...given: Given<typeof OctetSink.streaming>) => OctetSink.streaming(...given),
    [() => undefined, 16],
  ),
  'codec.OctetSink#reserve': door((more: number) => new OctetSink().reserve(more), [10]),
  'codec.OctetSink#write': door(
    (...given: Given<OctetSink['write']>) => new OctetSink().write(...given),
    [octets, 0, 4],
  ),
  'codec.OctetSink#copy': door(
    (...given: Given<OctetSink['copy']>) => new OctetSink().copy(...given),
    [octets, new DataView(octets.buffer, octets.byteOffset, octets.length), 0, 4],
  ),
  'codec.OctetSink#writeText': door((ascii: string) => new OctetSink().writeText(ascii), ['a']),
  'codec.OctetSink#writeOctet': door((octet: number) => new OctetSink().writeOctet(octet), [0x20]),
  'codec.OctetSink#writeCodePoint': door((code: number) => new OctetSink().writeCodePoint(code), [0x20ac]),
  'codec.OctetSink#reset': door((bytesMax: number) => new OctetSink().reset(bytesMax), [100]),
  'codec.SchemaSet': door((files: readonly string[]) => new SchemaSet(files), [[schema]], { kept: ['0.0'] }),
  'codec.validate': door(
    (...given: Given<typeof validate>) => validate(...given),
    [octets, wsSchemas('messages'), DEFAULT_LIMITS],
    { whole: ['2'], peers: ['0'] },
  ),
  'codec.wsSchemas': door(wsSchemas, ['messages']),
  'codec.wsSchemaFiles': door(wsSchemaFiles, ['messages']),
  'codec.CanonicalElement.of': door(
    (...given: Given<typeof CanonicalElement.of>) => CanonicalElement.of(...given),
    [tape, A, 1000, 'exclusive'],
    // Of an element that is larger than the limit it is given.
    { peers: ['2'] },
  ),
  'codec.CanonicalElement#writeTo': door((out: OctetSink) => element.writeTo(out), [new OctetSink()]),
  'codec.NamespaceBinding': door(
    (...given: ConstructorParameters<typeof NamespaceBinding>) => new NamespaceBinding(...given),
    ['e', 'urn:app'],
  ),
  'codec.NamespaceBinding#name': door((local: string) => app.name(local), ['Echo']),
  'codec.QualifiedName': door(
    (...given: ConstructorParameters<typeof QualifiedName>) => new QualifiedName(...given),
    [app, 'Echo'],
  ),
  'codec.XmlWriter': door(
    (...given: ConstructorParameters<typeof XmlWriter>) => new XmlWriter(...given),
    [new OctetSink(), [app]],
  ),
  'codec.XmlWriter#open': door(
    (...given: Given<XmlWriter['open']>) => writing().open(...given),
    [name, [[attribute, 'v']], [app]],
  ),
  'codec.XmlWriter#element': door(
    (...given: Given<XmlWriter['element']>) => writing().element(...given),
    [name, 'text', [[attribute, 'v']], [app]],
  ),
  'codec.XmlWriter#text': door((given: string) => writing().text(given), ['text']),
  'codec.XmlWriter#base64': door((given: Uint8Array) => writing().base64(given), [text]),
  'codec.XmlWriter#textOctets': door((given: Uint8Array) => writing().textOctets(given), [text]),
  'codec.XmlWriter#repeat': door((given: CanonicalElement) => writing().repeat(given), [element]),
};

export const CODEC_REASONS: Readonly<Record<string, string>> = {
  'codec.Tape': 'takes nothing',
  'codec.CanonicalElement': 'made by of',
};
