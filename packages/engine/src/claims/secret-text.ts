import { Fault, Secret } from '@parley/core';

const AMPERSAND = 0x26;
const SEMICOLON = 0x3b;
const REFERENCE_BYTES_MAX = 12;
const NAMED: ReadonlyMap<string, number> = new Map([
  ['amp', 0x26],
  ['lt', 0x3c],
  ['gt', 0x3e],
  ['quot', 0x22],
  ['apos', 0x27],
]);

/**
 * Resolves the references in text octets that a scan has found well-formed (borrowed), from octets to octets. Only the
 * names of the references become strings.
 *
 * @throws Fault `peer.structure-invalid` for a reference that is none
 */
export function readReferencedText(octets: Uint8Array): Secret {
  const plain = new Uint8Array(octets.length);
  try {
    let length = 0;
    for (let at = 0; at < octets.length; ) {
      const octet = octets[at] ?? 0;
      if (octet !== AMPERSAND) {
        plain[length++] = octet;
        at++;
        continue;
      }
      const end = octets.indexOf(SEMICOLON, at);
      if (end < 0 || end - at > REFERENCE_BYTES_MAX) throw new Fault('peer.structure-invalid', { reason: 'reference' });
      const character = new TextEncoder().encode(String.fromCodePoint(codePointOf(octets.subarray(at + 1, end))));
      plain.set(character, length);
      length += character.length;
      at = end + 1;
    }
    return Secret.copyOf(plain.subarray(0, length));
  } finally {
    plain.fill(0);
  }
}

function codePointOf(reference: Uint8Array): number {
  const name = new TextDecoder().decode(reference);
  const isHex = name.startsWith('#x');
  const code = name.startsWith('#') ? Number.parseInt(name.slice(isHex ? 2 : 1), isHex ? 16 : 10) : NAMED.get(name);
  if (code === undefined || !(code > 0 && code <= 0x10ffff))
    throw new Fault('peer.structure-invalid', { reason: 'reference' });
  return code;
}
