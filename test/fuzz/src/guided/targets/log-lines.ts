/** Logs: every line is a message or a refusal, wherever the octets are cut on their way in. */
import type { LogEntry } from '@parley/log';
import { readLog } from '@parley/log';
import type { Target } from '../target.ts';
import { demand } from '../target.ts';

const encoder = new TextEncoder();

export const LOG_LINES: Target = {
  name: 'log-lines',
  share: 10,
  inputBytesMax: 600,
  seeds: [
    '{"at":"2026-01-15T12:00:00Z","message":"<a/>"}\n{"id":"x","at":1,"base64":"PGEvPg=="}\n',
    '{"message":"<a>\\u00e9\\ud834\\udd1e</a>","other":[1,{"b":null}]}\r\n\n',
    '{"message":"\\ud800"}\n[]\nnull\n{"id":"","message":"x"}',
  ].map((text) => encoder.encode(text)),
  dictionary: [
    '{',
    '}',
    '"',
    '\\',
    '\n',
    '\r\n',
    '"at":',
    '"id":',
    '"message":',
    '"base64":',
    '\\ud834',
    '\\udd1e',
    'null',
    '\ufeff',
  ],
  answers: 'caller.',
  run,
};

async function run(input: Uint8Array): Promise<void> {
  // The lines are borrowed from what is read, and the input is not ours for longer than the call.
  const octets = input.slice();
  const cut = octets.length >> 1;
  const whole = await entriesOf([octets]);
  const halves = await entriesOf([octets.subarray(0, cut), octets.subarray(cut)]);
  demand(whole === halves, 'cut-matters', () => `${whole}\n${halves}`);
}

async function entriesOf(pieces: readonly Uint8Array[]): Promise<string> {
  const entries: string[] = [];
  for await (const entry of readLog({ name: 'log.ndjson', octets: stream(pieces) })) entries.push(textOf(entry));
  return entries.join('\n');
}

function textOf(entry: LogEntry): string {
  if (entry.kind === 'message') return `${entry.id} ${entry.atMs} ${Buffer.from(entry.message).toString('base64')}`;
  const { code, detail } = entry.reply;
  demand(!code.startsWith('internal.'), `entry ${code}`, () => JSON.stringify(detail));
  return `${entry.id} ${code} ${JSON.stringify(detail)} ${entry.sizeBytes}`;
}

async function* stream(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}
