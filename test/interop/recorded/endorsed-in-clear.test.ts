// A signature in clear that endorses one that is encrypted, as CXF 2.6 writes it: found, opened, and probed in vain.
import { MemoryReplayCache } from '@parley/conversation';
import { expect, test } from 'vitest';
import { partiesOf } from '../live/parties.ts';
import { recordedEndpoint } from './recorded-endpoint.ts';
import type { Exchange, RecordingName } from './recording.ts';
import { keysOf, readConversations } from './recording.ts';
import { Replay } from './replay.ts';

interface Endorsed {
  readonly name: string;
  readonly exchange: Exchange;
  readonly replay: Replay;
}

/** The first of each endpoint, with what goes before it. */
function endorsedIn(recording: RecordingName): readonly Endorsed[] {
  const { folder, password } = keysOf(recording);
  const parties = partiesOf(folder, password);
  const found: Endorsed[] = [];
  for (const [endpoint, exchanges] of readConversations(recording)) {
    if (!/^(x509m?|ut|asym)-es-/.test(endpoint)) continue;
    const replay = new Replay(recordedEndpoint(recording, endpoint, parties), parties);
    for (const exchange of exchanges) {
      const [request] = replay.take(exchange);
      const isHidden = request?.message?.encrypted.some(({ role }) => role === 'signature') === true;
      if (!isHidden || !SIGNATURE.test(new TextDecoder().decode(exchange.request))) continue;
      found.push({ name: request?.name ?? '', exchange, replay });
      break;
    }
  }
  return found;
}

const SIGNATURE = /<(?:\w+:)?SignatureValue[ >]/;
const CIPHER_VALUE = /(<(?:\w+:)?CipherValue>)([^<]*)/g;

/** One character of the `which`th ciphertext is another; of EncryptedKeys, too. */
function changed(message: Uint8Array, which: number, at: number): Uint8Array {
  let index = 0;
  const other = new TextDecoder().decode(message).replace(CIPHER_VALUE, (all, open: string, value: string) => {
    if (index++ !== which) return all;
    const place = at % (value.length - 4);
    return `${open}${value.slice(0, place)}${value[place] === 'A' ? 'B' : 'A'}${value.slice(place + 1)}`;
  });
  return new TextEncoder().encode(other);
}

test.each<RecordingName>(['liberty'])('T37: %s: whatever is changed in its ciphertext has one answer', (recording) => {
  const found = endorsedIn(recording);
  expect(found.length).toBeGreaterThan(0);
  for (const { name, exchange, replay } of found) {
    const count = [...new TextDecoder().decode(exchange.request).matchAll(CIPHER_VALUE)].length;
    const replays = new MemoryReplayCache();
    for (let at = 0; at < 24; at++) {
      const probe = changed(exchange.request, at % count, 37 * at);
      expect(replay.probe(exchange, probe).outcome, name).toBe('peer.decrypt-failed');
      expect(replay.probe(exchange, probe, replays).outcome, name).toBe('peer.decrypt-failed');
    }
    // Nothing was proven, so nothing is remembered: it opens once, and then no more.
    expect(replay.probe(exchange, exchange.request, replays).outcome, name).toBe('opened');
    expect(replay.probe(exchange, exchange.request, replays).outcome, name).toBe('peer.replay');
  }
});
