/** What is given for a document and is none: told by its first octets, so that nobody has to look for markup in it. */
import { Fault } from '@parley/core';

const LOOKED_AT_BYTES = 2048;

/** By their first octets. */
const BINARY: readonly (readonly [form: string, first: readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b]],
  ['Zstandard', [0x28, 0xb5, 0x2f, 0xfd]],
  ['a ZIP archive', [0x50, 0x4b, 0x03, 0x04]],
  ['Fast Infoset', [0xe0, 0x00, 0x00, 0x01]],
];

/** The first that fits is told. */
const TEXTUAL: readonly (readonly [form: string, start: RegExp])[] = [
  ['Fast Infoset', /^<\?xml [^>]*finf/],
  ['a multipart package (MIME)', /^\s*--[^\s-][^\r\n]*\r?\n(?:[!-9;-~]+:|\r?\n)/],
  [
    'a multipart package (MIME)',
    /^(?:[!-9;-~]+:[^\n]*\n(?:[ \t][^\n]*\n)*)*(?:MIME-Version:|Content-Type:\s*multipart\/)/i,
  ],
  ['HTTP with its headers', /^(?:HTTP\/\d|(?:GET|POST|PUT|HEAD) \S+ HTTP\/\d)/],
  ['an HTML page', /^\s*(?:<!--[^>]*-->\s*)?<(?:!DOCTYPE\s+html|html)\b/i],
  ['JSON', /^\s*(?:\{\s*["}]|\[\s*[\]{["\d])/],
  ['base64', /^[A-Za-z0-9+/\r\n]{64,}={0,2}\s*$/],
  ['text without markup', /^(?=[^<]*$)\s*\S/],
];

/** `error`, and what `bytes` look like if not like XML, for a document that was refused. */
export function withForeignForm(error: unknown, bytes: Uint8Array): unknown {
  if (!(error instanceof Fault) || !/^peer\.(?:xml|encoding)-/.test(error.code)) return error;
  const form = foreignForm(bytes);
  return form === undefined ? error : new Fault(error.code, { ...error.detail, found: form });
}

function foreignForm(bytes: Uint8Array): string | undefined {
  const [binary] = BINARY.find(([, first]) => first.every((octet, at) => bytes[at] === octet)) ?? [];
  if (binary !== undefined) return binary;
  const start = new TextDecoder().decode(bytes.subarray(0, LOOKED_AT_BYTES));
  const [textual] = TEXTUAL.find(([, pattern]) => pattern.test(start)) ?? [];
  return textual;
}
