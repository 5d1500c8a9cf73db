/** ASN.1 in DER (X.690), read strictly: one value has one encoding. BER's other forms are refused. */
import { Fault } from '../base/fault.ts';
import { parseInstant } from '../base/instant.ts';

/** Tags of one octet; higher tag numbers do not occur in certificates. */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  objectIdentifier: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  numericString: 0x12,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  visibleString: 0x1a,
  universalString: 0x1c,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

/** The tag of the context-specific element [number]. */
export function contextTag(number: number, form: 'constructed' | 'primitive'): number {
  return (form === 'constructed' ? 0xa0 : 0x80) | number;
}

const LENGTH_OCTETS_MAX = 4;
const OBJECT_IDENTIFIER_BYTES_MAX = 64;

/** Reads elements one after the other. What it gives out are views of the octets that it was made over. */
export class DerReader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #at: number;

  /** Over all of `bytes`, which are borrowed. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#at = 0;
    this.#end = bytes.length;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#end;
  }

  /** Whether an element with this tag comes next. */
  isNext(tag: number): boolean {
    return this.#at < this.#end && this.#bytes[this.#at] === tag;
  }

  /** The tag that comes next. @throws Fault `peer.certificate-malformed` at the end */
  get nextTag(): number {
    if (this.isAtEnd) throw malformed('end');
    return this.#bytes[this.#at]!;
  }

  /** The content of the next element. @throws Fault `peer.certificate-malformed` it has another tag, or is not DER. */
  content(tag: number): Uint8Array {
    if (!this.isNext(tag)) throw malformed('tag');
    const start = this.#at + 1;
    const first = start < this.#end ? this.#bytes[start]! : 0x80;
    let contentStart = start + 1;
    let lengthBytes = first;
    if (first >= 0x80) {
      const count = first & 0x7f;
      contentStart += count;
      if (count === 0 || count > LENGTH_OCTETS_MAX || contentStart > this.#end) throw malformed('length');
      lengthBytes = 0;
      for (let i = start + 1; i < contentStart; i++) lengthBytes = lengthBytes * 256 + this.#bytes[i]!;
      if (lengthBytes < 0x80 || this.#bytes[start + 1] === 0) throw malformed('length');
    }
    if (lengthBytes > this.#end - contentStart) throw malformed('length');
    this.#at = contentStart + lengthBytes;
    return this.#bytes.subarray(contentStart, this.#at);
  }

  /** A reader of the content of the next element. */
  inside(tag: number): DerReader {
    return new DerReader(this.content(tag));
  }

  /** The next element whole, tag and length included. */
  element(tag: number = this.nextTag): Uint8Array {
    const start = this.#at;
    this.content(tag);
    return this.#bytes.subarray(start, this.#at);
  }

  /** @throws Fault `peer.certificate-malformed` something is left */
  expectEnd(): void {
    if (!this.isAtEnd) throw malformed('trailing');
  }

  integer(): bigint {
    const octets = this.content(TAG.integer);
    const [first, second = 0] = octets;
    if (first === undefined) throw malformed('integer');
    const isPadded = octets.length > 1 && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80));
    if (isPadded) throw malformed('integer');
    let value = 0n;
    for (const octet of octets) value = (value << 8n) | BigInt(octet);
    return first < 0x80 ? value : value - (1n << BigInt(8 * octets.length));
  }

  boolean(): boolean {
    const octets = this.content(TAG.boolean);
    if (octets.length !== 1 || (octets[0] !== 0 && octets[0] !== 0xff)) throw malformed('boolean');
    return octets[0] === 0xff;
  }

  /** In dotted form. */
  objectIdentifier(): string {
    const octets = this.content(TAG.objectIdentifier);
    const last = octets[octets.length - 1] ?? 0x80;
    if (last >= 0x80 || octets.length > OBJECT_IDENTIFIER_BYTES_MAX) throw malformed('object identifier');
    const arcs: bigint[] = [];
    let arc = 0n;
    let isStart = true;
    for (const octet of octets) {
      if (isStart && octet === 0x80) throw malformed('object identifier');
      arc = (arc << 7n) | BigInt(octet & 0x7f);
      isStart = octet < 0x80;
      if (!isStart) continue;
      arcs.push(arc);
      arc = 0n;
    }
    const [first = 0n, ...others] = arcs;
    const top = first < 80n ? first / 40n : 2n;
    return [top, first - top * 40n, ...others].join('.');
  }

  /** A BIT STRING of whole octets. */
  bitStringOctets(): Uint8Array {
    const octets = this.content(TAG.bitString);
    if (octets[0] !== 0) throw malformed('bit string');
    return octets.subarray(1);
  }

  /** A BIT STRING of named bits: bit n is 1 << n. At most 16 of them. */
  namedBits(): number {
    const octets = this.content(TAG.bitString);
    const [unusedBits = 8, ...values] = octets;
    const last = values[values.length - 1];
    // DER: no zero bits at the end, and the unused ones are zero.
    const isMinimal = last === undefined ? unusedBits === 0 : unusedBits < 8 && (last & -last) === 1 << unusedBits;
    if (!isMinimal || values.length > 2) throw malformed('bit string');
    let bits = 0;
    values.forEach((octet, index) => {
      for (let bit = 0; bit < 8; bit++) if ((octet & (0x80 >> bit)) !== 0) bits |= 1 << (8 * index + bit);
    });
    return bits;
  }

  /** UTCTime or GeneralizedTime as RFC 5280 §4.1.2.5 has them, in milliseconds of the epoch. */
  time(): number {
    const tag = this.nextTag;
    if (tag !== TAG.utcTime && tag !== TAG.generalizedTime) throw malformed('time');
    const text = new TextDecoder('latin1').decode(this.content(tag));
    const full = tag === TAG.generalizedTime ? text : `${text < '50' ? '20' : '19'}${text}`;
    const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(full);
    if (match === null) throw malformed('time');
    const [, year, month, day, hour, minute, second] = match;
    try {
      return parseInstant(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
    } catch {
      throw malformed('time');
    }
  }
}

/** The one fault of everything that is not read. */
export function malformed(reason: string): Fault {
  return new Fault('peer.certificate-malformed', { reason });
}
