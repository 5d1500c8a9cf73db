import { escapeAttribute, escapeText } from '@parley/codec';
import type { Secret } from '@parley/core';
import { Fault } from '@parley/core';

const BASE64_ALPHABET: Uint8Array = new TextEncoder().encode(
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
);
const EQUALS_SIGN = 0x3d;

/**
 * Appends markup and values to octets. Secrets go from octets to octets: no string ever holds one, and what the writer
 * used is wiped when the document is taken.
 */
export class XmlWriter {
  #bytes: Uint8Array = new Uint8Array(4096);
  #length = 0;

  /** Markup that is well-formed as it stands: tags of ours. */
  markup(text: string): this {
    return this.#append(new TextEncoder().encode(text));
  }

  /** `<name attributes>text</name>`, the text escaped. */
  element(name: string, text: string, attributes: Readonly<Record<string, string>> = {}): this {
    return this.open(name, attributes).markup(escapeText(text)).close(name);
  }

  open(name: string, attributes: Readonly<Record<string, string>> = {}): this {
    return this.markup(`<${name}${attributesText(attributes)}>`);
  }

  empty(name: string, attributes: Readonly<Record<string, string>> = {}): this {
    return this.markup(`<${name}${attributesText(attributes)}/>`);
  }

  close(name: string): this {
    return this.markup(`</${name}>`);
  }

  /** Octets that are XML already (canonical octets of a received element). */
  xml(octets: Uint8Array): this {
    return this.#append(octets);
  }

  /** The base64 of a secret. */
  secretBase64(secret: Secret): this {
    return secret.lend((octets) => {
      this.#reserve(Math.ceil(octets.length / 3) * 4);
      for (let at = 0; at < octets.length; at += 3) this.#appendGroup(octets, at);
      return this;
    });
  }

  /** A secret text in UTF-8, escaped. @throws Fault `caller.input-invalid` for a character that XML cannot carry */
  secretText(secret: Secret): this {
    return secret.lend((octets) => {
      for (const octet of octets) this.#appendEscaped(octet);
      return this;
    });
  }

  /** The document; the caller's own. The writer is empty afterwards. */
  take(): Uint8Array {
    const document = this.#bytes.slice(0, this.#length);
    this.#bytes.fill(0);
    this.#length = 0;
    return document;
  }

  #append(octets: Uint8Array): this {
    this.#reserve(octets.length);
    this.#bytes.set(octets, this.#length);
    this.#length += octets.length;
    return this;
  }

  #appendGroup(octets: Uint8Array, at: number): void {
    const count = Math.min(3, octets.length - at);
    const group = ((octets[at] ?? 0) << 16) | ((octets[at + 1] ?? 0) << 8) | (octets[at + 2] ?? 0);
    for (let digit = 0; digit < 4; digit++) {
      const value = BASE64_ALPHABET[(group >> (18 - 6 * digit)) & 63] ?? EQUALS_SIGN;
      this.#bytes[this.#length++] = digit <= count ? value : EQUALS_SIGN;
    }
  }

  #appendEscaped(octet: number): void {
    if (octet < 0x20 && octet !== 0x09 && octet !== 0x0a && octet !== 0x0d) {
      throw new Fault('caller.input-invalid', { reason: 'a character that XML cannot carry' });
    }
    if (octet === 0x26) this.markup('&amp;');
    else if (octet === 0x3c) this.markup('&lt;');
    else if (octet === 0x3e) this.markup('&gt;');
    else if (octet === 0x0d) this.markup('&#xD;');
    else {
      this.#reserve(1);
      this.#bytes[this.#length++] = octet;
    }
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes.fill(0);
    this.#bytes = grown;
  }
}

function attributesText(attributes: Readonly<Record<string, string>>): string {
  return Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${escapeAttribute(value)}"`)
    .join('');
}
