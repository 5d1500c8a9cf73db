// Sealed messages that arrive in another encoding, and decrypted content that both readers read.
import { READERS } from '@parley/codec';
import { loadNative } from '@parley/codec/internal';
import type { SealRequest } from '@parley/engine';
import { policyOf } from '@parley/engine';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { HAS_LIBXML } from '../../codec/support/has-libxml.ts';
import { codeOf } from '../../codec/support/reading.ts';
import { inSingleOctets, inUtf16, SINGLE_OCTET_NAMES, UTF_16_FORMS } from '../../codec/support/transcode.ts';
import { openedBy, replaced, sampleContext, sampleEnvelope, sampleRequest, sealed, text } from '../support/sample.ts';

const SHAPES: readonly (readonly [string, Partial<SealRequest>])[] = [
  ['signed', {}],
  ['signed, then encrypted', { encrypt: 'body' }],
  ['encrypted, then signed', { encrypt: 'body', order: 'encrypt-then-sign' }],
];

afterEach(() => {
  vi.restoreAllMocks();
});

test('the default reader takes UTF-8 alone, and a policy knows its readers', () => {
  expect(policyOf().reader).toBe('scan');
  for (const reader of READERS) expect(policyOf('strict', { reader }).reader).toBe(reader);
  expect(codeOf(() => policyOf('strict', { reader: 'dom' as 'scan' }))).toBe('caller.option-invalid');
});

describe.runIf(HAS_LIBXML).each(SHAPES)('a message %s', (_, shape) => {
  const message = sealed(sampleEnvelope(), sampleRequest(shape));
  const expected = openedBy(message, sampleContext());
  if (!expected.ok) throw new Error(expected.code);
  const forms: readonly (readonly [string, Uint8Array])[] = [
    ...UTF_16_FORMS.map((form) => [form, inUtf16(text(message), form)] as const),
    ...SINGLE_OCTET_NAMES.map((name) => [name, inSingleOctets(text(message), name)] as const),
  ];

  test('opens with each reader, and every answer is the same', () => {
    for (const reader of READERS) {
      expect(openedBy(message, sampleContext(), policyOf('strict', { reader })), reader).toEqual(expected);
    }
  });

  test.each(forms)(
    'in %s gives the same verified octets to the readers with libxml2, and nothing to scan',
    (_name, bytes) => {
      for (const reader of ['auto', 'libxml', 'cross-check'] as const) {
        const reply = openedBy(bytes, sampleContext(), policyOf('strict', { reader }));
        expect(reply, reader).toEqual(expected);
      }
      const { code } = openedBy(bytes, sampleContext()) as { readonly code?: string };
      expect(code).toMatch(/^peer\.(encoding-forbidden|xml-malformed)$/u);
    },
  );

  test('changed in one character is refused in every encoding', () => {
    const changed = text(message).replace('urn:example:ping', 'urn:example:pong');
    const forged = [inUtf16(changed, 'utf-16be'), inSingleOctets(changed, 'Windows-1252')];
    for (const bytes of forged) {
      const reply = openedBy(bytes, sampleContext(), policyOf('strict', { reader: 'auto' }));
      expect(reply).toMatchObject({ ok: false, code: 'peer.digest-mismatch' });
    }
  });
});

describe.runIf(HAS_LIBXML)('decrypted content', () => {
  const message = sealed(sampleEnvelope(), sampleRequest({ encrypt: 'body' }));

  test.each([
    ['scan', 0],
    ['auto', 0],
    ['libxml', 2],
    ['cross-check', 2],
  ] as const)('with reader %s makes libxml2 read %i times', (reader, times) => {
    const native = loadNative();
    const really = native.parseXml.bind(native);
    const seen: string[] = [];
    vi.spyOn(native, 'parseXml').mockImplementation((source, options) => {
      seen.push(text(source as Uint8Array));
      return really(source, options);
    });
    expect(openedBy(message, sampleContext(), policyOf('strict', { reader })).ok).toBe(true);
    expect(seen).toHaveLength(times);
    if (times > 0) expect(seen.at(-1)).toContain('hällo');
  });

  test.each(['libxml', 'cross-check'] as const)(
    'that libxml2 reads differently is, with reader %s, a failure of decryption like every other one',
    (reader) => {
      const native = loadNative();
      const really = native.parseXml.bind(native);
      const misread = (source: Uint8Array | string) => replaced(source as Uint8Array, 'hällo', 'hallo');
      vi.spyOn(native, 'parseXml').mockImplementation((source, options) =>
        really(text(source as Uint8Array).includes('hällo') ? misread(source) : source, options),
      );
      const reply = openedBy(message, sampleContext(), policyOf('strict', { reader }));
      expect(reply).toEqual({ ok: false, code: 'peer.decrypt-failed', detail: {} });
    },
  );
});
