/** The header blocks that most messages of a sequence have, read from their canonical octets without a scan. */
import { decodeText } from '@parley/codec/internal';
import type { Limits } from '@parley/core';
import type { SequenceVersion } from './generation.ts';
import { NETRM, sequenceVersionOf } from './generation.ts';
import type { NumberRange } from './number-ranges.ts';

/** A header block that holds nothing but what nearly all have. */
export type PlainBlock = { readonly version: SequenceVersion; readonly identifier: string } & (
  | { readonly number: number }
  | { readonly range: NumberRange; readonly bufferRemaining: number | undefined }
);

/** Longer ones are scanned. */
const BYTES_MAX = 1024;

const PREFIX = String.raw`[A-Za-z_][\w.-]*`;
// No reference, no octet beyond ASCII, no space: the text is what its octets are.
const IDENTIFIER = `[!-%'-;=?-~]+`;
// As many digits as are counted exactly, and none but the usual.
const NUMBER = String.raw`[1-9]\d{0,14}`;

const ATTRIBUTE = String.raw` [\w.:-]+="[^"<>&]*"`;

// Groups: 1 prefix, 2 local name, 3 namespace, 4 identifier, 5 number, 6 and 7 ends of a range, 8 prefix, 9 namespace and 10 number of what is left.
// perf: names for them cost as much as all the rest.
const BLOCK = new RegExp(
  String.raw`^<(${PREFIX}):(Sequence|SequenceAcknowledgement)(?:${ATTRIBUTE})*? xmlns:\1="([^"<>&]*)"(?:${ATTRIBUTE})*>` +
    String.raw`<\1:Identifier>(${IDENTIFIER})</\1:Identifier>(?:<\1:MessageNumber>(${NUMBER})</\1:MessageNumber>|` +
    String.raw`<\1:AcknowledgementRange Lower="(${NUMBER})" Upper="(${NUMBER})"></\1:AcknowledgementRange>` +
    String.raw`(?:<(${PREFIX}):BufferRemaining xmlns:\8="([^"<>&]*)">(\d{1,6})</\8:BufferRemaining>)?)</\1:\2>$`,
);

/**
 * What an element in canonical form says (borrowed); `undefined` for anything that `SequenceHeaderReader.take` has to look at. An element of a
 * prefix that it declares itself, around nothing that declares it anew: so its names are what they look like.
 */
export function plainBlock(octets: Uint8Array, { identifierBytesMax }: Limits): PlainBlock | undefined {
  if (octets.length > BYTES_MAX) return undefined;
  const parts = BLOCK.exec(decodeText(octets, 0, octets.length));
  if (parts === null) return undefined;
  const [, , name, namespace = '', identifier = '', number, lower, upper, , roomNamespace, room] = parts;
  const version = sequenceVersionOf(namespace);
  if (version === undefined || identifier.length > identifierBytesMax) return undefined;
  const isNumber = number !== undefined;
  if (isNumber !== (name === 'Sequence')) return undefined;
  if (isNumber) return { version, identifier, number: Number(number) };
  const range = { lower: Number(lower), upper: Number(upper) };
  if (range.lower > range.upper || (room !== undefined && roomNamespace !== NETRM.uri)) return undefined;
  return { version, identifier, range, bufferRemaining: room === undefined ? undefined : Number(room) };
}
