// What nodes tell each other is heard where nobody could catch anything.
import { KeyEncryptionKey } from '@parley/sealing';
import { SealedPlaces } from '@parley/sealing/internal';
import { expect, test } from 'vitest';
import { RemoteTellings } from '../../../packages/conversation/src/remote-store/remote-tellings.ts';

const NAMES = {
  changes: 'changes',
  contextPattern: 'context:',
  recordsPattern: 'records:',
  context: (identifier: string) => `context:${identifier}`,
  identifierOf: (key: string) => key.slice('context:'.length),
  records: (partition: string) => `records:${partition}`,
};

function tellings(saw: () => void = () => undefined): RemoteTellings {
  const witness = { newest: () => 0, saw, wrote: async () => undefined };
  const keys = [new KeyEncryptionKey(new Uint8Array(32).fill(1))] as const;
  return new RemoteTellings(new SealedPlaces({ keys, nowMs: () => 0, witness }), NAMES);
}

test('what another node told is heard; what none told, or what a witness fails on, is a gap', () => {
  const { message } = tellings().of('urn:uuid:1', 7);
  expect(tellings().heard(message)).toBe('urn:uuid:1');
  for (const wrong of ['', '%', 'AAAA', `${message}A`]) expect(tellings().heard(wrong)).toBeUndefined();
  const failing = tellings(() => {
    throw new TypeError('no disk');
  });
  expect(failing.heard(message)).toBeUndefined();
});
