import { describe, expect, test } from 'vitest';
import { readRecord } from '../../packages/log/src/read-record.ts';

const rules = { fallbackId: 'day.ndjson:7', messageBytesMax: 100 };
const read = (line: unknown) =>
  readRecord(typeof line === 'string' ? Buffer.from(line) : Buffer.from(JSON.stringify(line)), rules);

describe('readRecord', () => {
  test('a message as text, its time as an instant or as epoch milliseconds, and its own id', () => {
    expect(read({ at: '2026-01-15T12:00:00.250Z', message: '<é/>' })).toEqual({
      kind: 'message',
      id: 'day.ndjson:7',
      atMs: Date.UTC(2026, 0, 15, 12, 0, 0, 250),
      message: Buffer.from('<é/>'),
    });
    expect(read({ id: 'a1', at: 1700000000000, message: '<a/>', other: [1] })).toMatchObject({
      id: 'a1',
      atMs: 1700000000000,
    });
    expect(read({ at: null, id: null, message: '<a/>' })).toMatchObject({ id: 'day.ndjson:7', atMs: undefined });
  });

  test('a message as base64 keeps its octets', () => {
    const octets = Buffer.from([0xff, 0xfe, 0x3c, 0x00]);
    expect(read({ base64: octets.toString('base64') })).toMatchObject({
      kind: 'message',
      message: new Uint8Array(octets),
    });
  });

  test.each([
    ['not json', '{'],
    ['a number', 7],
    ['an array', [{ message: '<a/>' }]],
    ['no message', { at: 1 }],
    ['both forms', { message: '<a/>', base64: 'PGEvPg==' }],
    ['message not text', { message: 7 }],
    ['base64 with a foreign character', { base64: 'PGEv*g==' }],
    ['base64 with pad bits', { base64: 'PGEvPh==' }],
    ['an instant without Z', { at: '2026-01-15T12:00:00', message: '<a/>' }],
    ['a time before there is one', { at: -1, message: '<a/>' }],
    ['an instant before there is one', { at: '1969-12-31T23:59:59Z', message: '<a/>' }],
    ['a time behind all others', { at: 8_640_000_000_000_001, message: '<a/>' }],
    ['a fraction of a millisecond', { at: 1.5, message: '<a/>' }],
    ['an id that is no text', { id: 7, message: '<a/>' }],
    ['half a surrogate pair', '{"message":"<a>\\ud83d</a>"}'],
  ])('%s is refused', (_, line) => {
    expect(read(line)).toMatchObject({ kind: 'refused', reply: { ok: false, code: 'caller.input-invalid' } });
  });

  test('octets that are not UTF-8 are refused, not repaired', () => {
    const line = Buffer.concat([Buffer.from('{"message":"<a>'), Buffer.from([0xe9]), Buffer.from('</a>"}')]);
    expect(readRecord(line, rules)).toMatchObject({ reply: { code: 'caller.input-invalid' } });
  });

  test('a message of the largest size passes, one octet more does not', () => {
    expect(read({ message: 'x'.repeat(100) })).toMatchObject({ kind: 'message' });
    expect(read({ id: 'big', message: 'x'.repeat(101) })).toMatchObject({
      kind: 'refused',
      id: 'big',
      reply: { code: 'peer.limit-message-size' },
    });
  });

  test('a refusal never quotes the record', () => {
    const entry = read('{"message":"<secret-body/>"');
    expect(JSON.stringify(entry)).not.toContain('secret-body');
  });
});
