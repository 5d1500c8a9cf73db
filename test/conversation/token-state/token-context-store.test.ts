// Tokens that carry their contexts: any node with the keys serves them, and nothing else is taken for one.
import {
  envelope,
  type Initiator,
  MemoryContextStore,
  type OutgoingRequest,
  peerProfile,
  Responder,
  TokenContextStore,
  type TokenContextStoreOptions,
  usernameOverTls,
} from '@parley/conversation';
import { unwrap } from '@parley/core';
import { KeyEncryptionKey } from '@parley/sealing';
import { MemoryPeer, sampleContext, sampleKey, TestAmbient } from '@parley/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const CHANNEL = { secure: true };
const HOUR_MS = 3_600_000;
const keyOf = (fill: number): KeyEncryptionKey => new KeyEncryptionKey(new Uint8Array(32).fill(fill));

interface Node extends Partial<TokenContextStoreOptions> {
  readonly responder?: ConstructorParameters<typeof MemoryPeer>[0] extends infer Options | undefined
    ? Options extends { responder?: infer More }
      ? More
      : never
    : never;
}

/** A node of a service: it has nothing but keys. */
function node(ambient: TestAmbient, { responder, ...options }: Node = {}): MemoryPeer {
  const store = new TokenContextStore({
    keyEncryptionKey: keyOf(1),
    service: 'orders',
    revocations: 'none',
    ...options,
  });
  return new MemoryPeer({ ambient, responder: { store, ...responder } });
}

const ping = (alice: Initiator): OutgoingRequest =>
  unwrap(alice.requestCall(envelope({ action: 'urn:sample:Ping', body: '<Ping xmlns="urn:sample"/>' })));

/** What `peer` makes of a call: `served`, or the code of its refusal. */
async function outcome(peer: MemoryPeer, { octets }: { readonly octets: Uint8Array }): Promise<string> {
  const received = await peer.responder.receive(octets, CHANNEL);
  return received.kind === 'refused' ? received.failure.code : received.kind;
}

async function take(alice: Initiator, peer: MemoryPeer, request: OutgoingRequest): Promise<string> {
  return unwrap(alice.receive(await peer.exchange(request.octets), request, CHANNEL)).kind;
}

const COOKIE = /<dnse:Cookie[^>]*>([^<]*)<\/dnse:Cookie>/;
const text = (octets: Uint8Array): string => new TextDecoder().decode(octets);
const withCookie = (request: OutgoingRequest, change: (cookie: string) => string) => ({
  octets: new TextEncoder().encode(
    text(request.octets).replace(COOKIE, (whole, cookie: string) => whole.replace(cookie, change(cookie))),
  ),
});

describe('T56: a token that carries its context', () => {
  test('is served by a node that has only the keys: calls, renewal, cancel', async () => {
    const ambient = new TestAmbient();
    const alice = await node(ambient).connected();
    expect(text(ping(alice).octets)).toMatch(COOKIE);
    expect(await take(alice, node(ambient), ping(alice))).toBe('answer');
    await take(alice, node(ambient), unwrap(alice.requestRenew(CHANNEL)));
    const later = ping(alice);
    expect(await take(alice, node(ambient), later)).toBe('answer');
    await take(alice, node(ambient), unwrap(alice.requestCancel(CHANNEL)));
    alice.close();
  });

  test('shows nothing of the key and of whose it is', async () => {
    const alice = await node(new TestAmbient()).connected();
    const cookie = Buffer.from(COOKIE.exec(text(ping(alice).octets))?.[1] ?? '', 'base64');
    expect(cookie.length).toBeGreaterThan(100);
    expect(cookie.includes('alice')).toBe(false);
    alice.close();
  });

  test('of an older key is taken while that key is known, and new ones are of the new key', async () => {
    const ambient = new TestAmbient();
    const alice = await node(ambient).connected();
    const call = ping(alice);
    expect(await outcome(node(ambient, { keyEncryptionKey: keyOf(2) }), call)).toBe('peer.bad-context');
    const rotated = node(ambient, { keyEncryptionKey: keyOf(2), olderKeyEncryptionKeys: [keyOf(1)] });
    expect(await outcome(rotated, call)).toBe('message');
    await take(alice, rotated, unwrap(alice.requestRenew(CHANNEL)));
    expect(await outcome(node(ambient, { keyEncryptionKey: keyOf(2) }), ping(alice))).toBe('message');
    alice.close();
  });

  test('that is altered in any octet, cut, lengthened or another’s is none', async () => {
    const ambient = new TestAmbient();
    const alice = await node(ambient).connected();
    const bob = await node(ambient).connected();
    const call = ping(alice);
    const bobs = COOKIE.exec(text(ping(bob).octets))?.[1] ?? '';
    expect(
      await outcome(
        node(ambient),
        withCookie(call, () => bobs),
      ),
    ).toBe('peer.bad-context');
    const size = Buffer.from(COOKIE.exec(text(call.octets))?.[1] ?? '', 'base64').length;
    const property = fc.asyncProperty(fc.nat(size - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
      const altered = withCookie(call, (cookie) => {
        const octets = Buffer.from(cookie, 'base64');
        octets[at] = (octets[at] ?? 0) ^ flip;
        return octets.toString('base64');
      });
      expect(await outcome(node(ambient), altered)).toBe('peer.bad-context');
    });
    await fc.assert(property, { numRuns: 40 });
    for (const change of [
      (cookie: string) => cookie.slice(0, -4),
      (cookie: string) => Buffer.concat([Buffer.from(cookie, 'base64'), Buffer.of(0)]).toString('base64'),
      () => '',
      () => Buffer.alloc(5000).toString('base64'),
    ])
      expect(await outcome(node(ambient), withCookie(call, change))).toBe('peer.bad-context');
    expect(
      await outcome(
        node(ambient),
        withCookie(call, () => '!'),
      ),
    ).toBe('peer.encoding-invalid');
    expect(
      await outcome(
        node(ambient),
        withCookie(call, () => 'A'.repeat(70_000)),
      ),
    ).toBe('peer.limit-value');
    expect(await outcome(node(ambient), call)).toBe('message');
    alice.close();
    bob.close();
  });

  test('has its end in itself', async () => {
    const ambient = new TestAmbient();
    const [issuer, other] = [node(ambient), node(ambient)];
    const alice = await issuer.connected();
    expect(await outcome(other, ping(alice))).toBe('message');
    ambient.advance(10 * HOUR_MS - 1000);
    const last = ping(alice);
    expect(await outcome(node(ambient), last)).toBe('message');
    ambient.advance(1000);
    // Nobody may fill the memory with what is over: a node that never knew it does not learn of it.
    expect(await outcome(node(ambient), last)).toBe('peer.bad-context');
    expect(await outcome(other, last)).toMatch(/^peer\.(context-expired|renew-needed)$/);
    alice.close();
  });

  test('that was cancelled is refused by every node that shares the revocations; with none, by its own', async () => {
    for (const shared of [true, false]) {
      const ambient = new TestAmbient();
      const revocations = shared ? new MemoryContextStore({ tombstoneMs: 1000, graceMs: 0 }) : 'none';
      const nodes = [node(ambient, { revocations }), node(ambient, { revocations })] as const;
      const alice = await nodes[0].connected();
      const [first, late] = [ping(alice), ping(alice)];
      expect(await outcome(nodes[1], first)).toBe('message');
      await take(alice, nodes[0], unwrap(alice.requestCancel(CHANNEL)));
      expect(await outcome(nodes[0], late)).toBe('peer.bad-context');
      ambient.advance(60_000);
      if (revocations !== 'none') await revocations.prune(ambient.nowMs());
      for (const one of [nodes[1], node(ambient, { revocations })])
        expect(await outcome(one, late)).toBe(shared ? 'peer.bad-context' : 'message');
      alice.close();
    }
  });

  test('is for one service, though others have the same key', async () => {
    const ambient = new TestAmbient();
    const alice = await node(ambient).connected();
    expect(await outcome(node(ambient, { service: 'invoices' }), ping(alice))).toBe('peer.bad-context');
    alice.close();
  });

  test('is not longer than it may be: claims that are too many are no token', async () => {
    const ambient = new TestAmbient();
    const narrow = node(ambient, { stateBytesMax: 256 });
    const request = unwrap(narrow.initiator().requestIssue(CHANNEL));
    expect(await outcome(narrow, request)).toBe('internal.quota');
  });

  test('is of one generation', async () => {
    const ambient = new TestAmbient();
    const alice = await node(ambient).connected();
    const call = text(ping(alice).octets).replaceAll(
      'http://docs.oasis-open.org/ws-sx/ws-secureconversation/200512',
      'http://schemas.xmlsoap.org/ws/2005/02/sc',
    );
    expect(await outcome(node(ambient), { octets: new TextEncoder().encode(call) })).toMatch(/^peer\./);
    alice.close();
  });
});

describe('what a node remembers', () => {
  test('T68: is bounded, and what is used last goes last', async () => {
    const store = new TokenContextStore({
      keyEncryptionKey: keyOf(1),
      service: 's',
      revocations: 'none',
      contextsMax: 3,
    });
    const states = [];
    for (const name of ['1', '2', '3']) {
      await store.insert(sampleContext({ identifier: `urn:uuid:${name}` }));
      states.push(store.tokenStates.stateOf(`urn:uuid:${name}`));
    }
    store.tokenStates.admit('urn:uuid:1', states[0] as Uint8Array, 0);
    await store.insert(sampleContext({ identifier: 'urn:uuid:4' }));
    const names = [];
    for await (const name of store.list()) names.push(name);
    expect(names).toEqual(['urn:uuid:3', 'urn:uuid:1', 'urn:uuid:4']);
    await store.close();
  });

  test('two tokens of one context are its keys together, each with the shorter time', async () => {
    const options = { keyEncryptionKey: keyOf(1), service: 's', revocations: 'none' } as const;
    const [issuer, other] = [new TokenContextStore(options), new TokenContextStore(options)];
    const identifier = 'urn:uuid:1';
    const context = sampleContext({ identifier });
    await issuer.insert(context);
    const old = issuer.tokenStates.stateOf(identifier);
    const rolledMs = context.createdAtMs + 1000;
    await issuer.update(identifier, (now) => ({
      ...now,
      keys: [
        ...now.keys.map((key) => ({ ...key, expiresAtMs: rolledMs })),
        { ...sampleKey(8, 'i1'), createdAtMs: rolledMs },
      ],
    }));
    const renewed = issuer.tokenStates.stateOf(identifier);
    for (const order of [
      [old, renewed],
      [renewed, old],
      [renewed, old, renewed],
    ]) {
      for (const state of order) other.tokenStates.admit(identifier, state, context.createdAtMs);
      const found = await other.get(identifier);
      expect(found?.keys.map(({ instance, expiresAtMs }) => [instance, expiresAtMs])).toEqual([
        [undefined, rolledMs],
        ['i1', context.expiresAtMs],
      ]);
    }
  });
});

test('a responder with such a store serves no sequences, for those need a place', () => {
  const store = new TokenContextStore({ keyEncryptionKey: keyOf(1), service: 's', revocations: 'none' });
  const bootstrap = usernameOverTls.responder({ authenticate: () => undefined });
  expect(
    () =>
      new Responder({ store, ambient: new TestAmbient(), bootstrap, profile: peerProfile('parley'), sequences: {} }),
  ).toThrow(expect.objectContaining({ code: 'caller.option-invalid' }));
});
