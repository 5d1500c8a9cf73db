import {
  decodeBase64,
  decodeBase64Text,
  decodedBase64Length,
  encodeBase64,
  encodedBase64Length,
  writeBase64,
} from '@parley/core/internal';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { codeOf } from '../code-of.ts';
import { anyOctets, isUnshared, toHex } from '../octets.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
// Long enough for the path that large texts take (several chunks of 8192 characters), and to leave it anywhere.
const LONG_BYTES = 20_000;

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function octets(lengthBytes: number): Uint8Array {
  return new Uint8Array(lengthBytes).map((_, i) => (i * 167 + (i >> 8) * 31) & 0xff);
}

/** Decodes from the middle of one buffer into the middle of another, as the engine does. */
function decode(text: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(text.length + 9).fill(0x41);
  bytes.set(text, 4);
  const roomBytes = decodedBase64Length(bytes, 4, 4 + text.length);
  const out = new Uint8Array(roomBytes + 7).fill(0xee);
  const lengthBytes = decodeBase64(bytes, 4, 4 + text.length, out, 3);
  expect(out.subarray(0, 3)).toEqual(new Uint8Array(3).fill(0xee));
  expect(out.subarray(3 + roomBytes)).toEqual(new Uint8Array(4).fill(0xee));
  return out.slice(3, 3 + lengthBytes);
}

describe('T17: decodeBase64', () => {
  test('asks for as much room as there are octets, where there is no white space', () => {
    for (let lengthBytes = 0; lengthBytes < 20; lengthBytes++) {
      const text = encode(encodeBase64(octets(lengthBytes)));
      expect(decodedBase64Length(text, 0, text.length)).toBe(lengthBytes);
    }
  });

  test.each([
    ['', ''],
    ['Zg==', 'f'],
    ['Zm8=', 'fo'],
    ['Zm9v', 'foo'],
    ['Zm9vYg==', 'foob'],
    ['Zm9vYmE=', 'fooba'],
    ['Zm9vYmFy', 'foobar'],
    [' \t\r\n', ''],
    [' Z\tm\r9\nv ', 'foo'],
    ['Zm9v\r\nYg=\n=\n', 'foob'],
  ])('%j is %j', (text, expected) => {
    expect(new TextDecoder().decode(decode(encode(text)))).toBe(expected);
  });

  test.each([
    ['a character left over', 'Zm9vY'],
    ['no padding', 'Zg'],
    ['no padding', 'Zm8'],
    ['half the padding', 'Zg='],
    ['too much padding', 'Zm8=='],
    ['too much padding', 'Zm9v='],
    ['too much padding', 'Zg==='],
    ['padding only', '='],
    ['padding only', '===='],
    ['one character and padding', 'Z==='],
    ['text after padding', 'Zg==Zg=='],
    ['padding within', 'Zg=v'],
    ['padding within', 'Z=9v'],
    ['padding within', 'AAAA=BBBB'],
    ['pad bits', 'Zh=='],
    ['pad bits', 'Zm9='],
    ['base64url', '-_-_'],
    ['a foreign character', 'AA*AA'],
    ['a foreign character', 'Zm9v\u0000'],
    ['white space that is none in XML', 'Zm9v\u000b'],
    ['white space that is none in XML', 'Zm9v\u00a0'],
    ['a character beyond ASCII', 'Zm9\u0176'],
  ])('refuses %s: %j', (_, text) => {
    expect(codeOf(() => decode(encode(text)))).toBe('peer.encoding-invalid');
    expect(codeOf(() => decodeBase64Text(text))).toBe('peer.encoding-invalid');
  });

  test('gives back what was encoded, with white space anywhere', () => {
    const spaces = fc.array(fc.tuple(fc.nat(), fc.constantFrom(' ', '\t', '\r', '\n', '\r\n')), { maxLength: 8 });
    fc.assert(
      fc.property(anyOctets(300), spaces, (bytes, insertions) => {
        let text = encodeBase64(bytes);
        for (const [place, space] of insertions) {
          const at = place % (text.length + 1);
          text = text.slice(0, at) + space + text.slice(at);
        }
        expect(toHex(decode(encode(text)))).toBe(toHex(bytes));
      }),
      { numRuns: 500 },
    );
  });

  test('gives back long octets of every length around the sizes where the path changes', () => {
    for (const middle of [768, 6144, 6144 * 2, LONG_BYTES]) {
      for (let lengthBytes = middle - 7; lengthBytes < middle + 8; lengthBytes++) {
        const bytes = octets(lengthBytes);
        const text = encodeBase64(bytes);
        expect(toHex(decode(encode(text)))).toBe(toHex(bytes));
        expect(toHex(decode(encode(text.replace(/.{76}/g, '$&\r\n'))))).toBe(toHex(bytes));
      }
    }
  });

  test('no other text gives the same octets: any changed character shows or is refused', () => {
    for (const lengthBytes of [0, 1, 2, 3, 10, 11, 12]) {
      const text = encode(encodeBase64(octets(lengthBytes)));
      const before = toHex(decode(text));
      for (let at = 0; at < text.length; at++) {
        for (let octet = 0; octet < 256; octet++) {
          if (octet === text[at]) continue;
          const changed = text.slice();
          changed[at] = octet;
          expectDifferentOrRefused(changed, before);
        }
      }
    }
  });

  test('the same for long texts', () => {
    const text = encode(encodeBase64(octets(LONG_BYTES)));
    const before = toHex(decode(text));
    const place = fc.oneof(fc.nat(text.length - 1), fc.constantFrom(0, 8188, 8191, 8192, 8195, text.length - 1));
    const octet = fc.oneof(fc.nat(255), fc.constantFrom(...encode('=-_ \n*')));
    fc.assert(
      fc.property(place, octet, (at, value) => {
        fc.pre(text[at] !== value);
        const changed = text.slice();
        changed[at] = value;
        expectDifferentOrRefused(changed, before);
      }),
      { numRuns: 300 },
    );
  });

  test('every octet at every place of sixteen that are read together', () => {
    const text = encode(encodeBase64(octets(120)));
    for (let place = 64; place < 80; place++) {
      for (let octet = 0; octet < 256; octet++) {
        const changed = text.slice();
        changed[place] = octet;
        if (ALPHABET.includes(String.fromCharCode(octet))) {
          expect(encodeBase64(decode(changed))).toBe(new TextDecoder().decode(changed));
        } else {
          expect(codeOf(() => decode(changed))).toBe('peer.encoding-invalid');
        }
      }
    }
  });

  test.each(['=', '==', '-', '_', '*', '\u0000', '\u00e9', '.'])(
    'a long text with %j at the end of a chunk',
    (foreign) => {
      const text = encodeBase64(octets(LONG_BYTES));
      for (const at of [4, 1020, 8190, 8191, 8192, 16_384, text.length - 8]) {
        const replaced = text.slice(0, at) + foreign + text.slice(at + foreign.length);
        expect(codeOf(() => decode(encode(replaced)))).toBe('peer.encoding-invalid');
      }
    },
  );

  test('wants room for all that may come', () => {
    const text = encode('Zm9vYmFy');
    expect(codeOf(() => decodeBase64(text, 0, 8, new Uint8Array(5), 0))).toBe('internal.invariant');
    expect(codeOf(() => decodeBase64(text, 0, 8, new Uint8Array(8), 3))).toBe('internal.invariant');
    expect(decodeBase64(text, 0, 8, new Uint8Array(8), 2)).toBe(6);
  });
});

describe('decodeBase64Text', () => {
  test('equals decodeBase64, in memory of its own', () => {
    fc.assert(
      fc.property(anyOctets(50), (bytes) => {
        const decoded = decodeBase64Text(encodeBase64(bytes));
        expect(toHex(decoded)).toBe(toHex(bytes));
        expect(isUnshared(decoded)).toBe(true);
      }),
    );
  });
});

describe('encodeBase64', () => {
  test('encodes a view, not the memory around it', () => {
    expect(encodeBase64(encode('xfoobarx').subarray(1, 7))).toBe('Zm9vYmFy');
  });

  test('uses the whole alphabet', () => {
    const all = encodeBase64(decodeBase64Text(ALPHABET));
    expect(all).toBe(ALPHABET);
  });
});

describe('writeBase64', () => {
  test('equals encodeBase64, into the middle of a buffer and nowhere else', () => {
    const lengths = fc.oneof(
      fc.nat(50),
      fc.nat(LONG_BYTES),
      fc.constantFrom(1023, 1024, 1025, 1026, 6144, 6145, 12_288),
    );
    fc.assert(
      fc.property(lengths, (lengthBytes) => {
        const bytes = octets(lengthBytes + 2).subarray(1, lengthBytes + 1);
        const out = new Uint8Array(encodedBase64Length(lengthBytes) + 7).fill(0xee);
        const end = 3 + writeBase64(bytes, out, 3);
        expect(new TextDecoder().decode(out.subarray(3, end))).toBe(encodeBase64(bytes));
        expect(out.subarray(0, 3)).toEqual(new Uint8Array(3).fill(0xee));
        expect(out.subarray(end)).toEqual(new Uint8Array(4).fill(0xee));
      }),
    );
  });

  test('wants room', () => {
    expect(codeOf(() => writeBase64(new Uint8Array(3), new Uint8Array(4), 1))).toBe('internal.invariant');
  });
});

function expectDifferentOrRefused(text: Uint8Array, before: string): void {
  let after: string | undefined;
  const code = codeOf(() => {
    after = toHex(decode(text));
  });
  if (code === undefined) expect(after === before, new TextDecoder().decode(text.subarray(0, 100))).toBe(false);
  else expect(code).toBe('peer.encoding-invalid');
}
