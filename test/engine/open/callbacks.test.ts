// What the caller's own functions answer is checked: a promise, where a yes or no belongs, would be a yes to everything.
import { contextSource, type SecurityContext, Trust } from '@parley/core';
import {
  type Credentials,
  type OpenRequest,
  open,
  type PolicyChanges,
  type PolicyName,
  policyOf,
} from '@parley/engine';
import { describe, expect, test } from 'vitest';
import { NOW_MS, sampleContext, sampleEnvelope, sampleRequest, sealed } from '../support/sample.ts';
import { certificateRequest, ROOT } from '../support/sample-keys.ts';
import { alices, PASSWORDS } from '../support/username-message.ts';

interface Called {
  readonly name: string;
  readonly message: Uint8Array;
  readonly profile?: PolicyName;
  readonly changes?: PolicyChanges;
  /** A request whose one function is this. */
  readonly request: (answer: () => never) => Partial<OpenRequest>;
  /** What it has to answer for the message to be taken. */
  readonly good: unknown;
}

const trust = new Trust({ anchors: [ROOT], revocation: 'if-listed' });
const certified = sealed(sampleEnvelope(), certificateRequest());
const plain = sealed(sampleEnvelope(), sampleRequest());
const withUser = sealed(sampleEnvelope(), certificateRequest({ username: alices('text') }));
const judged: PolicyChanges = { passwordTypes: ['text'], requireUser: true };
const known = PASSWORDS.passwords?.get('alice');

const CALLED: readonly Called[] = [
  {
    name: 'authenticate',
    message: withUser,
    profile: 'x509',
    changes: judged,
    request: (authenticate) => ({ credentials: { trust, authenticate } }),
    good: true,
  },
  {
    name: 'passwords.get',
    message: withUser,
    profile: 'x509',
    changes: judged,
    request: (get) => ({ credentials: { trust, passwords: { get } as unknown as Credentials['passwords'] } }),
    good: known,
  },
  {
    name: 'acceptsSubject',
    message: certified,
    profile: 'x509',
    request: (acceptsSubject) => ({
      credentials: { trust: new Trust({ anchors: [ROOT], revocation: 'if-listed', acceptsSubject }) },
    }),
    good: true,
  },
  {
    name: 'insertIfAbsent',
    message: plain,
    request: (insertIfAbsent) => ({ replays: { insertIfAbsent } }),
    good: true,
  },
  { name: 'contexts.find', message: plain, request: (find) => ({ contexts: { find } }), good: sampleContext() },
];

const NO_CONTEXT: OpenRequest['contexts'] = contextSource([] as readonly SecurityContext[]);

function answered(
  { message, profile = 'strict', changes = {}, request }: Called,
  answer: () => unknown,
): ReturnType<typeof open> {
  const policy = policyOf(profile, changes);
  const contexts = profile === 'strict' ? contextSource([sampleContext()]) : NO_CONTEXT;
  return open(message, { atMs: NOW_MS, policy, contexts, ...request(answer as () => never) });
}

describe.each(CALLED)('T90: $name', (called) => {
  test('is taken at its word', () => {
    expect(answered(called, () => called.good)).toMatchObject({ ok: true });
  });

  test.each<[string, () => unknown]>([
    ['a promise of yes', async () => called.good],
    ['a promise of no', async () => false],
    ['an object', () => ({})],
    ['a number', () => 1],
    ['a text', () => 'yes'],
    ['null', () => null],
  ])('answers no yes by %s', (_, answer) => {
    const option = expect.stringContaining(`${called.name}()`);
    expect(answered(called, answer)).toMatchObject({ ok: false, code: 'caller.option-invalid', detail: { option } });
  });

  test('is a fault of the caller when it throws, with the cause kept', () => {
    const cause = new TypeError('out of order');
    const reply = answered(called, () => {
      throw cause;
    });
    // A store of passwords is one of ours to keep running: whoever sends again may find it back.
    const code = called.name === 'passwords.get' ? 'internal.store-unavailable' : 'caller.callback-failed';
    expect(reply).toMatchObject({ ok: false, code });
    expect(JSON.stringify(reply)).not.toContain('out of order');
    expect(!reply.ok && reply.cause).toBe(cause);
  });
});
