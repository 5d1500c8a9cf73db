import { FAULT_CODES } from '@parley/core';
import { type LogResult, readLog } from '@parley/log';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isResultLine, resultLine } from '../../packages/log/src/result-line.ts';

const octets = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = fc.string({ unit: 'binary' });
const instant = fc.option(fc.integer(), { nil: undefined });
const valid = fc
  .record({ id: text, atMs: instant, identifier: text, signed: fc.array(text), encrypted: fc.array(text) })
  .map(({ id, atMs, ...verdict }) => ({ id, ok: true, atMs, verdict }) as unknown as LogResult);
const refused: fc.Arbitrary<LogResult> = fc.record({
  id: text,
  ok: fc.constant(false as const),
  atMs: instant,
  code: fc.constantFrom(...FAULT_CODES),
  detail: fc.dictionary(text, fc.oneof(text, fc.integer())),
});

async function codeOf(log: string): Promise<string> {
  async function* pieces(): AsyncGenerator<Uint8Array> {
    yield* [octets(log.slice(0, 3)), octets(log.slice(3))];
  }
  try {
    for await (const { kind } of readLog({ name: 'x.log', octets: pieces() })) return kind;
    return 'nothing';
  } catch (error) {
    return (error as { code: string }).code;
  }
}

test('what is written as a result is never read as a log, and says what the result was', async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(valid, refused), async (result) => {
      const line = resultLine(result);
      expect(isResultLine(octets(line))).toBe(true);
      expect(JSON.parse(line)).toMatchObject({ ok: result.ok, code: result.ok ? null : result.code });
      expect(await codeOf(`\n${line}\n`)).toBe('caller.input-results');
      expect(await codeOf(line)).toBe('caller.input-results');
    }),
  );
});

test('a record is no result, whatever its other members, and neither is what is not JSON', async () => {
  for (const record of [
    '{"id":"a","ok":true,"code":null,"message":"<a/>"}',
    '{"ok":false,"code":"x","id":"a","base64":""}',
  ])
    expect([isResultLine(octets(record)), await codeOf(record)]).toEqual([false, 'message']);
  for (const other of ['{"id":"a","ok":true}', '{"id":7,"ok":true,"code":null}', '[]', 'null', '{', '{"message":7}'])
    expect(isResultLine(octets(other))).toBe(false);
  expect(await codeOf('{"id":"a","ok":true}')).toBe('refused');
});
