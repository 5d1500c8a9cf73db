import { READERS } from '@parley/codec';
import { policyOf } from '@parley/engine';
import { describe, expect, test } from 'vitest';
import { HAS_LIBXML } from '../../codec/support/has-libxml.ts';
import { codeOf } from '../../codec/support/reading.ts';
import { inSingleOctets, inUtf16 } from '../../codec/support/transcode.ts';
import { text } from '../support/sample.ts';
import { poolWith } from './pool-fixture.ts';
import { AT_MS, sampleOctets } from './sample-messages.ts';

const plain = sampleOctets('signed-5k');
const utf16 = inUtf16(text(plain), 'utf-16le with mark');
const windows = inSingleOctets(text(plain), 'Windows-1252');
const messages = [plain, utf16, windows, inUtf16('<a>', 'utf-16be'), inUtf16('<!DOCTYPE a><a/>', 'utf-16le'), plain];

describe.runIf(HAS_LIBXML)('a pool with libxml2', () => {
  test.each([0, 2])('opens messages in every encoding with reader auto and %i workers', async (workers) => {
    const pool = poolWith(workers, { policy: policyOf('strict', { reader: 'auto' }) });
    const replies = await pool.openBatch(messages.map((message) => ({ message, atMs: AT_MS })));
    expect(replies.map((reply) => (reply.ok ? 'opened' : reply.code))).toEqual([
      'opened',
      'opened',
      'opened',
      'peer.xml-malformed',
      'peer.xml-dtd-forbidden',
      'opened',
    ]);
    for (const index of [1, 2, 5]) expect(replies[index]).toEqual(replies[0]);
    expect(pool.stats.queued).toBe(0);
  });

  test.each(['libxml', 'cross-check'] as const)('opens them with reader %s without workers', async (reader) => {
    const pool = poolWith(0, { policy: policyOf('strict', { reader }) });
    const replies = await pool.openBatch([plain, utf16, windows].map((message) => ({ message, atMs: AT_MS })));
    expect(replies.map((reply) => reply.ok)).toEqual([true, true, true]);
    expect(replies[1]).toEqual(replies[0]);
  });

  test('refuses a message that grows beyond the limit as UTF-8, with workers and without', async () => {
    // 'é' is one octet there and two in UTF-8.
    const grown = inSingleOctets(`<a>${'é'.repeat(3_000)}</a>`, 'ISO-8859-1');
    const policy = policyOf('strict', { reader: 'auto', limits: { messageBytesMax: 5_000 } });
    for (const workers of [0, 1]) {
      const reply = await poolWith(workers, { policy }).open({ message: grown, atMs: AT_MS });
      expect(reply).toMatchObject({ ok: false, code: 'peer.limit-message-size' });
    }
  });
});

test('the readers that need libxml2 inside open refuse workers', () => {
  for (const reader of READERS) {
    const policy = policyOf('strict', { reader });
    const expected = reader === 'scan' || reader === 'auto' ? undefined : 'caller.option-invalid';
    expect(codeOf(() => poolWith(1, { policy }))).toBe(expected);
  }
});

test('with reader scan, another encoding is refused in the workers', async () => {
  const reply = await poolWith(1).open({ message: utf16, atMs: AT_MS });
  expect(reply).toMatchObject({ ok: false, code: 'peer.encoding-forbidden' });
});
