// What other implementations said to one another opens, each kind of message under one policy that its endpoint's name gives.
import { expect, test } from 'vitest';
import { partiesOf } from '../live/parties.ts';
import { EXPECTED_OUTCOMES, REFUSED_MESSAGES } from './expected-outcomes.ts';
import { recordedEndpoint } from './recorded-endpoint.ts';
import type { RecordingName } from './recording.ts';
import { keysOf, RECORDINGS, readConversations } from './recording.ts';
import type { Replayed } from './replay.ts';
import { Replay } from './replay.ts';

test.each(RECORDINGS)('%s: every message opens, is a bare fault, or is known to be refused', (recording) => {
  const results = replayed(recording);
  const outcomes = results.map(({ outcome }) => (outcome.includes('.') ? 'refused' : outcome));
  const { echoes, ...messages } = EXPECTED_OUTCOMES[recording];
  expect(echoesOf(results)).toBe(echoes);
  const isThere = ([, count]: [string, number]): boolean => count > 0;
  expect(countsOf(outcomes)).toEqual(Object.fromEntries(Object.entries(messages).filter(isThere)));
  const refused = results.filter(({ outcome }) => outcome.includes('.'));
  expect(refused.map(({ name, outcome, detail }) => ({ message: name, code: outcome, detail }))).toEqual(
    REFUSED_MESSAGES.filter((row) => row.recording === recording).map(({ message, code }) => ({
      message,
      code,
      detail: expect.anything(),
    })),
  );
});

function replayed(recording: RecordingName): Replayed[] {
  const { folder, password } = keysOf(recording);
  const parties = partiesOf(folder, password);
  return [...readConversations(recording)].flatMap(([name, exchanges]) => {
    const replay = new Replay(recordedEndpoint(recording, name, parties), parties);
    return exchanges.flatMap((exchange) => replay.take(exchange));
  });
}

function countsOf(values: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

/** What is sent is known, and an echo ends with what was sent. */
function echoesOf(results: readonly Replayed[]): number {
  let [sent, count] = ['', 0];
  for (const { name, message } of results) {
    const text =
      message && /<(?:\w+:)?(?:text|EchoResult)(?: [^>]*)?>([^<]*)</.exec(new TextDecoder().decode(message.body))?.[1];
    if (name.endsWith('request')) sent = text ?? '';
    if (text === undefined) continue;
    count++;
    if (name.endsWith('request')) expect(text, name).toMatch(/^(Grüße &amp; &lt;.+&gt;|hello \d+.*)$/);
    else if (sent !== '') expect(text.endsWith(sent), `${name}: ${text}`).toBe(true);
  }
  return count;
}
