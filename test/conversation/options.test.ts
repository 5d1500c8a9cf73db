// The doors of conversations: what they cannot use is refused when they are made, by name.
import {
  Initiator,
  MemoryContextStore,
  PEER_NAMES,
  peerProfile,
  Responder,
  systemAmbient,
  usernameOverTls,
  withSequences,
} from '@parley/conversation';
import { Fault, Secret } from '@parley/core';
import { checkedPolicy } from '@parley/engine/internal';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const INITIATOR = {
  version: '200512',
  soapVersion: '1.2',
  to: 'urn:there',
  ambient: systemAmbient,
  bootstrap: usernameOverTls.initiator({ username: 'alice', password: Secret.copyOf(new Uint8Array(8)) }),
} as const;
const RESPONDER = {
  store: new MemoryContextStore(),
  ambient: systemAmbient,
  bootstrap: usernameOverTls.responder({ authenticate: () => undefined }),
};
const DOORS = {
  Initiator: { make: (options: object) => new Initiator(options as never), good: INITIATOR },
  Responder: { make: (options: object) => new Responder(options as never), good: RESPONDER },
  peerProfile: { make: (said: object) => peerProfile('cxf', 'Basic256', said as never), good: { encrypt: 'body' } },
} as const;
type Door = keyof typeof DOORS;

function refusal(door: Door, options: unknown): unknown {
  try {
    DOORS[door].make(options as object);
  } catch (error) {
    if (error instanceof Fault) return { code: error.code, ...error.detail };
    return error;
  }
  return 'made';
}

test.each(PEER_NAMES)('the policies of profile %s are checked once, not with each message', (name) => {
  const profile = peerProfile(name, 'Basic256', { confirm: true });
  for (const { requests, answers, renewals, cancels, cancelAnswers } of [profile, withSequences(profile, 'urn:peer')])
    for (const { policy } of [requests, answers, renewals, cancels, cancelAnswers])
      expect(checkedPolicy(policy)).toBe(policy);
});

test.each(Object.keys(DOORS) as Door[])('%s is made of what it takes', (door) => {
  expect(refusal(door, DOORS[door].good)).toBe('made');
});

describe('what is not there', () => {
  test.each(Object.keys(INITIATOR))('an initiator without %s', (name) => {
    const { [name as keyof typeof INITIATOR]: _, ...rest } = INITIATOR;
    expect(refusal('Initiator', rest)).toMatchObject({ code: 'caller.option-invalid', option: name });
  });
  test.each(Object.keys(RESPONDER))('a responder without %s', (name) => {
    const { [name as keyof typeof RESPONDER]: _, ...rest } = RESPONDER;
    expect(refusal('Responder', rest)).toMatchObject({ code: 'caller.option-invalid', option: name });
  });
});

describe('what is misspelt, of another kind or out of range', () => {
  test.each<[Door, object, object]>([
    ['Initiator', { renewabel: 'never' }, { option: 'renewabel', reason: 'unknown', nearest: 'renewable' }],
    ['Initiator', { version: '200511' }, { option: 'version', nearest: '200512' }],
    ['Initiator', { soapVersion: 1.2 }, { option: 'soapVersion' }],
    ['Initiator', { to: new URL('urn:there') }, { option: 'to', wanted: 'a string' }],
    ['Initiator', { ambient: { nowMs: Date.now } }, { option: 'ambient.fillRandom' }],
    ['Initiator', { bootstrap: RESPONDER.bootstrap }, { option: 'bootstrap.begin' }],
    ['Initiator', { keySizeBits: 100 }, { option: 'keySizeBits' }],
    ['Initiator', { timestampLifetimeMs: '5m' }, { option: 'timestampLifetimeMs', got: 'a string of 2' }],
    ['Initiator', { openRequestsMax: 0 }, { option: 'openRequestsMax', least: 1 }],
    ['Initiator', { profile: 'cxf' }, { option: 'profile' }],
    [
      'Initiator',
      { profile: { ...peerProfile('cxf'), suit: 'Basic256' } },
      { option: 'profile.suit', nearest: 'suite' },
    ],
    ['Initiator', { tokenElement: 'a token' }, { option: 'tokenElement' }],
    ['Responder', { bootstrap: INITIATOR.bootstrap }, { option: 'bootstrap.profile' }],
    ['Responder', { store: new Map() }, { option: 'store.put' }],
    [
      'Responder',
      { replayCache: {} },
      { option: 'replayCache.insertIfAbsent', wanted: 'an object with insertIfAbsent' },
    ],
    ['Responder', { unproven: 'same-principle' }, { option: 'unproven', nearest: 'same-principal' }],
    ['Responder', { contextsMax: Number.NaN }, { option: 'contextsMax', least: 1 }],
    ['Responder', { onEvict: 'log' }, { option: 'onEvict', wanted: 'a function' }],
    ['Responder', { scopes: 'urn:a' }, { option: 'scopes' }],
    ['peerProfile', { order: 'sign-before-encrypt' }, { option: 'endpoint.order' }],
    ['peerProfile', { adressing: 'none' }, { option: 'endpoint.adressing', nearest: 'addressing' }],
    ['peerProfile', { handshake: { encryption: 'none' } }, { option: 'endpoint.handshake.encryption' }],
    ['peerProfile', { policy: { requireEncryptedBdy: true } }, { nearest: 'requireEncryptedBody' }],
  ])('%s: %o', (door, changes, detail) => {
    expect(refusal(door, { ...DOORS[door].good, ...changes })).toMatchObject({
      code: 'caller.option-invalid',
      ...detail,
    });
  });

  test.each(['cfx', '', 7, null])('no peer is called %j', (name) => {
    expect(() => peerProfile(name as never)).toThrow(expect.objectContaining({ code: 'caller.option-invalid' }));
    expect(() => peerProfile('cxf', name as never)).toThrow(expect.objectContaining({ code: 'caller.option-invalid' }));
  });
});

test.each(Object.keys(DOORS) as Door[])('whatever %s is given, it is made or says why not', (door) => {
  const names = [...Object.keys({ ...INITIATOR, ...RESPONDER }), 'profile', 'entropy', 'policy', 'handshake', 'order'];
  const junk = fc.oneof(fc.anything(), fc.dictionary(fc.constantFrom(...names), fc.anything()));
  const changed = fc.record({ name: fc.constantFrom(...names), value: fc.anything() });
  const refused = expect.objectContaining({ code: 'caller.option-invalid' });
  const isFine = (answer: unknown): void => {
    if (answer !== 'made') expect(answer).toEqual(refused);
  };
  fc.assert(fc.property(junk, (given) => isFine(refusal(door, given))));
  fc.assert(fc.property(changed, ({ name, value }) => isFine(refusal(door, { ...DOORS[door].good, [name]: value }))));
});

test('no password that is in the wrong place is repeated', () => {
  const password = 'correct horse battery';
  for (const name of ['to', 'bootstrap', 'profile', 'keySizeBits', 'entropy']) {
    const answer = JSON.stringify(refusal('Initiator', { ...INITIATOR, [name]: { password } }));
    expect(answer).not.toContain(password);
  }
});
