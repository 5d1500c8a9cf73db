// The sequences of a log: held equal to plain sets and lists.
import { SequenceLedger } from '@parley/log';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const headers = (number: number | undefined, upTo = 0) => ({
  version: '200702' as const,
  numbered: number === undefined ? undefined : { identifier: 'urn:a', number, isLast: false },
  ackRequested: [],
  acknowledgements:
    upTo === 0
      ? []
      : [
          {
            identifier: 'urn:a',
            ranges: [{ lower: 1, upper: upTo }],
            nacks: [],
            isFinal: false,
            bufferRemaining: undefined,
          },
        ],
  usesToken: false,
  usesTls: false,
  fault: undefined,
});

test('what is there, what is missing, what came again, what came out of turn', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 0, max: 40 }),
      (numbers, acknowledged) => {
        const ledger = new SequenceLedger();
        for (const number of numbers) ledger.add('urn:c', headers(number));
        if (acknowledged > 0) ledger.add('urn:c', headers(undefined, acknowledged));
        const seen = new Set<number>();
        let [repeated, overtaken] = [0, 0];
        for (const number of numbers) {
          if (seen.has(number)) repeated++;
          else if (number < Math.max(0, ...seen)) overtaken++;
          seen.add(number);
        }
        const last = Math.max(acknowledged, ...seen);
        const all = Array.from({ length: last }, (_, index) => index + 1);
        const [report] = ledger.reports();
        const missing = report!.missing.flatMap(({ lower, upper }) => all.slice(lower - 1, upper));
        expect(missing).toEqual(all.filter((number) => !seen.has(number)));
        expect(report).toMatchObject({
          context: 'urn:c',
          sequence: 'urn:a',
          messages: seen.size,
          last,
          repeated,
          overtaken,
        });
        expect(report!.acknowledgedOnly).toBe(all.slice(0, acknowledged).filter((number) => !seen.has(number)).length);
      },
    ),
  );
});

test('T86: sequences of one name under two contexts are two', () => {
  const ledger = new SequenceLedger();
  ledger.add('urn:c', headers(1));
  ledger.add('urn:d', headers(3));
  expect(ledger.reports().map(({ context, messages, last }) => [context, messages, last])).toEqual([
    ['urn:c', 1, 1],
    ['urn:d', 1, 3],
  ]);
});
