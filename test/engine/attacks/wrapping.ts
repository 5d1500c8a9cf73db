/**
 * Signature wrapping: a forged part stands where the signed one stood, and the signed one is moved to where a verifier
 * that looks for Ids still finds it. Every combination of
 *   6 signed parts x 18 places x 3 Ids of the forgery x 2 ends of the place x 4 shapes x 4 layouts x 2 SOAP versions x
 *   5 kinds of keys.
 */

import { scan, Tape } from '@parley/codec';
import type { Patch } from '@parley/codec/internal';
import { splice } from '@parley/codec/internal';
import { DEFAULT_LIMITS } from '@parley/core';
import type { BootstrapSealRequest, SealRequest } from '@parley/engine';
import { E, ELEMENT_WORDS } from '../../../packages/codec/src/tape/tape.ts';
import { SOAP11, SOAP12, sampleEnvelope, sampleRequest, sealed } from '../support/sample.ts';
import { certificateRequest, sampleKey } from '../support/sample-keys.ts';

export const PARTS = ['s:Body', 'u:Timestamp', 'a:Action', 'a:MessageID', 'a:To', 'a:ReplyTo'] as const;
type Part = (typeof PARTS)[number];
const FORGED_IDS = ['same', 'other', 'none'] as const;
const SHAPES = ['plain', 'nested envelope', 'foreign namespace', 'other role'] as const;
const LAYOUTS = ['Strict', 'Lax', 'LaxTimestampFirst', 'LaxTimestampLast'] as const;
/** What signs: the secret of a context, with or without derivation; the same, endorsed with a certificate; a certificate. */
export const KEYS = ['direct', 'explicit', 'implied', 'endorsed', 'certificate'] as const;
export type Keys = (typeof KEYS)[number];
const SOAP_VERSIONS = [SOAP12, SOAP11] as const;

/** Elements of the message that the signed part is moved into, as first or as last child. */
const HOSTS = [
  's:Envelope',
  's:Header',
  'o:Security',
  'u:Timestamp',
  'the token',
  'ds:Signature',
  'ds:SignedInfo',
  'ds:Reference',
  'ds:SignatureValue',
  'ds:KeyInfo',
  'o:SecurityTokenReference',
  'a:ReplyTo',
  's:Body',
  'm:Ping',
] as const;

/** Elements that the attacker adds as first or as last child of a host, to have the signed part inside. */
const ADDED: Readonly<Record<string, (soap: string) => readonly [host: string, open: string, close: string]>> = {
  'ds:Object': () => ['ds:Signature', '<ds:Object>', '</ds:Object>'],
  'second wsse:Security': (soap) => [
    's:Header',
    `<o:Security xmlns:o="${WSSE}" s:mustUnderstand="0" ${elsewhere(soap)}>`,
    '</o:Security>',
  ],
  'optional header': (soap) => [
    's:Header',
    `<x:Optional xmlns:x="urn:x" s:mustUnderstand="0" ${elsewhere(soap)}>`,
    '</x:Optional>',
  ],
  'the forged part': () => ['', '<x:Inside xmlns:x="urn:x">', '</x:Inside>'],
};

const PLACES = [...HOSTS, ...Object.keys(ADDED)];
const ENDS = ['before', 'after'] as const;
const WSSE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';
const encoder = new TextEncoder();
const decoder = new TextDecoder();

export interface Wrapping {
  /** The choices it was made from. */
  readonly name: string;
  readonly message: Uint8Array;
  readonly part: Part;
  /** The Id of the signed part when no other element has it, else `undefined`. */
  readonly signedId: string | undefined;
  /** The message before the attack: what it may still be taken for. */
  readonly base: Uint8Array;
}

/** How many {@link wrappings} makes of one kind of keys. */
export const WRAPPING_COUNT: number =
  PARTS.length * PLACES.length * FORGED_IDS.length * ENDS.length * SHAPES.length * LAYOUTS.length * 2;

/** All wrapping attacks on messages with these keys, in a fixed order. */
export function* wrappings(keys: Keys): Generator<Wrapping> {
  for (const soap of SOAP_VERSIONS) {
    for (const layout of LAYOUTS) {
      const base = laidOut(sealed(sampleEnvelope(undefined, soap), requestOf(keys)), layout);
      for (const part of PARTS) {
        for (const forgedId of FORGED_IDS) {
          const choices = `${soap === SOAP11 ? 'SOAP 1.1' : 'SOAP 1.2'}, ${keys}, ${layout}, ${part}, ${forgedId} Id`;
          yield* wrappingsOf(base, soap, part, forgedId, choices);
        }
      }
    }
  }
}

function requestOf(keys: Keys): SealRequest | BootstrapSealRequest {
  if (keys === 'certificate') return certificateRequest();
  if (keys !== 'endorsed') return sampleRequest({ keys });
  const { key } = sampleKey('alice', 'rsa');
  return sampleRequest({ endorse: { key, reference: 'direct', algorithm: 'rsa-sha256' } });
}

function* wrappingsOf(
  base: Uint8Array,
  soap: string,
  part: Part,
  forgedId: (typeof FORGED_IDS)[number],
  choices: string,
): Generator<Wrapping> {
  const source = new Outline(base);
  const { start, end } = source.span(part);
  const signed = decoder.decode(base.subarray(start, end));
  const forgedMessage = splice(base, [{ start, end, with: encoder.encode(forgery(part, signed, forgedId)) }]);
  const outline = new Outline(forgedMessage);
  const id = / u:Id="([^"]*)"/.exec(signed)?.[1];
  const token = outline.has('c:SecurityContextToken') ? 'c:SecurityContextToken' : 'o:BinarySecurityToken';
  for (const place of PLACES) {
    const [host, open, close] = ADDED[place]?.(soap) ?? [place, '', ''];
    const { content, contentEnd } = outline.span(host === '' ? part : host === 'the token' ? token : host);
    for (const side of ENDS) {
      for (const shape of SHAPES) {
        const at = side === 'before' ? content : contentEnd;
        const moved = encoder.encode(`${open}${wrapped(part, signed, shape, soap)}${close}`);
        yield {
          name: `${choices}, ${place}, ${side}, ${shape}`,
          message: splice(forgedMessage, [{ start: at, end: at, with: moved }]),
          part,
          signedId: forgedId === 'same' ? undefined : id,
          base,
        };
      }
    }
  }
}

/** The part with another content, and with its Id, another, or none. */
function forgery(part: Part, signed: string, id: (typeof FORGED_IDS)[number]): string {
  const renamed = {
    same: signed,
    other: signed.replace(/(u:Id=")/, '$1forged'),
    none: signed.replace(/ u:Id="[^"]*"/, ''),
  };
  return FORGERIES[part](renamed[id]);
}

const FORGERIES: Readonly<Record<Part, (text: string) => string>> = {
  's:Body': (text) => text.replace('hällo', 'forged'),
  'u:Timestamp': (text) => text.replaceAll('T12:0', 'T11:5').replace('11:55', '12:04'),
  'a:Action': (text) => text.replace('urn:example:ping', 'urn:example:forged'),
  'a:MessageID': (text) => text.replace('urn:uuid:7', 'urn:uuid:8'),
  'a:To': (text) => text.replace('urn:example:to', 'urn:example:elsewhere'),
  'a:ReplyTo': (text) => text.replace('anonymous', 'none'),
};

function wrapped(part: Part, signed: string, shape: (typeof SHAPES)[number], soap: string): string {
  switch (shape) {
    case 'plain':
      return signed;
    case 'foreign namespace':
      return `<w:Wrapper xmlns:w="urn:w">${signed}</w:Wrapper>`;
    case 'other role':
      return `<o:Security xmlns:o="${WSSE}" ${elsewhere(soap)}>${signed}</o:Security>`;
    case 'nested envelope': {
      if (part === 's:Body') return `<s:Envelope><s:Header></s:Header>${signed}</s:Envelope>`;
      const block = part === 'u:Timestamp' ? `<o:Security xmlns:o="${WSSE}">${signed}</o:Security>` : signed;
      return `<s:Envelope><s:Header>${block}</s:Header><s:Body></s:Body></s:Envelope>`;
    }
  }
}

/** The attribute that addresses a header block to somebody else. */
function elsewhere(soap: string): string {
  return soap === SOAP11 ? 's:actor="urn:elsewhere"' : 's:role="http://www.w3.org/2003/05/soap-envelope/role/none"';
}

/** The children of wsse:Security in another order: they are not signed as a whole. */
function laidOut(message: Uint8Array, layout: (typeof LAYOUTS)[number]): Uint8Array {
  const outline = new Outline(message);
  const { content, contentEnd } = outline.span('o:Security');
  const [timestamp, token, ...rest] = outline.children('o:Security') as [Uint8Array, Uint8Array, ...Uint8Array[]];
  const signature = rest.at(-1)!;
  const between = rest.slice(0, -1);
  const orders: Readonly<Record<(typeof LAYOUTS)[number], readonly Uint8Array[]>> = {
    Strict: [timestamp, token, ...between, signature],
    Lax: [signature, ...between, timestamp, token],
    LaxTimestampFirst: [timestamp, signature, ...between, token],
    LaxTimestampLast: [token, ...between, signature, timestamp],
  };
  return splice(message, [{ start: content, end: contentEnd, with: Buffer.concat(orders[layout]) }]);
}

interface Span extends Omit<Patch, 'with'> {
  /** Just past the start tag, and the `<` of the end tag. */
  readonly content: number;
  readonly contentEnd: number;
}

/** Where the elements of a message are; of several with one name, the first. */
class Outline {
  readonly #tape = new Tape();
  readonly #elements = new Map<string, number>();

  constructor(message: Uint8Array) {
    scan(message, DEFAULT_LIMITS, this.#tape);
    for (let element = this.#tape.elementCount - 1; element >= 0; element--)
      this.#elements.set(this.#name(element), element);
  }

  has(name: string): boolean {
    return this.#elements.has(name);
  }

  span(name: string): Span {
    const element = this.#elements.get(name);
    if (element === undefined) throw new Error(`no ${name}`);
    return {
      start: this.#word(element, E.start),
      end: this.#word(element, E.end),
      content: this.#word(element, E.content),
      contentEnd: this.#word(element, E.contentEnd),
    };
  }

  children(name: string): readonly Uint8Array[] {
    const parent = this.#elements.get(name);
    const found: Uint8Array[] = [];
    for (let element = 0; element < this.#tape.elementCount; element++) {
      if (this.#word(element, E.parent) !== parent) continue;
      found.push(this.#tape.bytes.slice(this.#word(element, E.start), this.#word(element, E.end)));
    }
    return found;
  }

  #name(element: number): string {
    return decoder.decode(this.#tape.bytes.subarray(this.#word(element, E.start) + 1, this.#word(element, E.nameEnd)));
  }

  #word(element: number, offset: number): number {
    return this.#tape.elements[element * ELEMENT_WORDS + offset]!;
  }
}
