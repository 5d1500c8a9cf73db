/** What a leg of a negotiation carries (WS-Trust §8): opaque octets of a kind, or a challenge and the answer to one. */
import type { Tape, XmlWriter } from '@parley/codec';
import {
  attributeNamed,
  firstChild,
  isNamed,
  localName,
  Namespace,
  namespaceOf,
  nextSibling,
  UNQUALIFIED,
} from '@parley/codec/internal';
import type { Version } from '@parley/core';
import { BASE64_BINARY, decodeBase64, decodedBase64Max, limitFault } from '@parley/core/internal';
import { attributeValue, structureInvalid, trimmedText, valueOctets } from '@parley/engine/internal';
import { soleChild } from './child-elements.ts';
import { trustNames } from './names.ts';

export interface ExchangeElements {
  /** wst:BinaryExchange. */
  readonly binary?: { readonly valueType: string; readonly octets: Uint8Array } | undefined;
  /** wst:SignChallenge: to be answered under a signature. */
  readonly challenge?: string | undefined;
  /** wst:SignChallengeResponse. */
  readonly challengeResponse?: string | undefined;
}

const BINARY_EXCHANGE = localName('BinaryExchange');
const SIGN_CHALLENGE = localName('SignChallenge');
const SIGN_CHALLENGE_RESPONSE = localName('SignChallengeResponse');
const CHALLENGE = localName('Challenge');
const VALUE_TYPE = localName('ValueType');
const ENCODING_TYPE = localName('EncodingType');
const URI_BYTES_MAX = 1024;
const BLOB_BYTES_MAX = 16_384;
const BLOB_TEXT_BYTES_MAX = 24_576;
const CHALLENGE_BYTES_MAX = 256;

/**
 * What the RST or RSTR `parent` has of it, `undefined` for nothing.
 * @throws Fault `peer.structure-invalid` one of them twice, or not as its schema has it; `peer.encoding-invalid`, `peer.limit-value`
 */
export function readExchange(tape: Tape, parent: number): ExchangeElements | undefined {
  const namespace = namespaceOf(tape, parent);
  const found = new Map<Uint8Array, number>();
  for (let child = firstChild(tape, parent); child >= 0; child = nextSibling(tape, child)) {
    for (const local of [BINARY_EXCHANGE, SIGN_CHALLENGE, SIGN_CHALLENGE_RESPONSE]) {
      if (!isNamed(tape, child, namespace, local)) continue;
      if (found.has(local)) throw structureInvalid(tape, child, 'one exchange twice');
      found.set(local, child);
    }
  }
  if (found.size === 0) return undefined;
  const at = <T>(local: Uint8Array, read: (element: number) => T): T | undefined => {
    const element = found.get(local);
    return element === undefined ? undefined : read(element);
  };
  const challengeAt = (element: number): string => readChallenge(tape, element, namespace);
  return {
    binary: at(BINARY_EXCHANGE, (element) => readBinary(tape, element)),
    challenge: at(SIGN_CHALLENGE, challengeAt),
    challengeResponse: at(SIGN_CHALLENGE_RESPONSE, challengeAt),
  };
}

function readBinary(tape: Tape, element: number): NonNullable<ExchangeElements['binary']> {
  const attribute = (local: Uint8Array): string => {
    const index = attributeNamed(tape, element, Namespace.none, local);
    if (index < 0) throw structureInvalid(tape, element, 'BinaryExchange without its types');
    // interop: a table of WCF has a blank before one of them.
    return attributeValue(tape, index, URI_BYTES_MAX).trim();
  };
  const valueType = attribute(VALUE_TYPE);
  if (attribute(ENCODING_TYPE) !== BASE64_BINARY) throw structureInvalid(tape, element, 'EncodingType');
  const { bytes, start, end } = valueOctets(tape, element, 'BinaryExchange', BLOB_TEXT_BYTES_MAX, 'textBytesMax');
  const octets = new Uint8Array(decodedBase64Max(end - start));
  const lengthBytes = decodeBase64(bytes, start, end, octets, 0);
  if (lengthBytes > BLOB_BYTES_MAX)
    throw limitFault('peer.limit-value', 'binaryExchangeBytesMax', BLOB_BYTES_MAX, lengthBytes);
  return { valueType, octets: octets.slice(0, lengthBytes) };
}

function readChallenge(tape: Tape, element: number, namespace: number): string {
  const child = soleChild(tape, element, 'a challenge');
  if (!isNamed(tape, child, namespace, CHALLENGE)) throw structureInvalid(tape, child, 'not a Challenge');
  return trimmedText(tape, child, 'Challenge', CHALLENGE_BYTES_MAX, 'textBytesMax');
}

const NAMES = trustNames(['BinaryExchange', 'SignChallenge', 'SignChallengeResponse', 'Challenge']);
const VALUE_TYPE_NAME = UNQUALIFIED.name('ValueType');
const ENCODING_TYPE_NAME = UNQUALIFIED.name('EncodingType');

/** Writes into an RST or RSTR. */
export function writeExchange(
  writer: XmlWriter,
  version: Version,
  { binary, challenge, challengeResponse }: ExchangeElements,
): void {
  const names = NAMES[version];
  if (binary !== undefined) {
    const types = [
      [ENCODING_TYPE_NAME, BASE64_BINARY],
      [VALUE_TYPE_NAME, binary.valueType],
    ] as const;
    writer.open(names.BinaryExchange, types).base64(binary.octets).close();
  }
  if (challenge !== undefined) writer.open(names.SignChallenge).element(names.Challenge, challenge).close();
  if (challengeResponse !== undefined)
    writer.open(names.SignChallengeResponse).element(names.Challenge, challengeResponse).close();
}
