import type { KeyUse, OpenedMessage } from '@parley/engine';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readReplies } from '../../../../packages/engine/src/pool/answer/reply-reader.ts';
import { verdictOf } from '../../../../packages/engine/src/pool/transfer/verdict.ts';
import { OctetWriter } from '../../../../packages/engine/src/pool/worker/octet-writer.ts';
import { ReplyWriter } from '../../../../packages/engine/src/pool/worker/reply-writer.ts';

// What is before it is no answer's.
const START = 16;

/** What a reader makes of what `write` wrote into a slab of `bytes`. */
function throughSlab(write: (writer: ReplyWriter) => void, bytes = 65_536, isApart = false) {
  const lent = new SharedArrayBuffer(bytes);
  const octets = new OctetWriter(lent, START);
  const writer = new ReplyWriter(octets);
  write(writer);
  const { start, length } = writer.finish();
  return readReplies(new Uint8Array(octets.replacement ?? lent), start, length, {
    isApart: () => isApart,
    first: START,
  });
}

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const text = fc.string({ unit: 'grapheme', maxLength: 20 });
const time = fc.integer({ min: 0, max: 2 ** 48 });

const keyUse = fc.record({
  source: fc.constant('context' as const),
  identifier: text,
  instance: maybe(text),
  derivation: fc.array(
    fc.record({
      label: maybe(text),
      nonceBase64: text,
      offsetBytes: fc.nat(),
      lengthBytes: fc.nat(),
      implied: fc.boolean(),
    }),
    { maxLength: 2 },
  ),
});
const named = {
  role: fc.constantFrom('body', 'header', 'timestamp', 'token', 'confirmation', 'signature' as const),
  namespace: text,
  localName: text,
  key: keyUse,
};

/** Opened messages as `open` makes them: parts are views of `verified`, the body may be. */
const openedMessage = fc
  .record({
    head: fc.record({
      soapVersion: fc.constantFrom('1.1', '1.2' as const),
      identifier: text,
      instance: maybe(text),
      version: fc.constantFrom('200512', '200502' as const),
      principal: maybe(text),
      user: fc.constant(undefined),
      action: maybe(text),
      messageId: maybe(text),
      relatesTo: maybe(text),
      to: maybe(text),
      createdAtMs: maybe(time),
      expiresAtMs: maybe(time),
      replayKey: text,
      replayUntilMs: fc.constantFrom(0, Number.MAX_SAFE_INTEGER),
    }),
    octets: fc.uint8Array({ maxLength: 100 }),
    body: maybe(fc.uint8Array({ maxLength: 50 })),
    signed: fc.array(
      fc.record({
        ...named,
        digest: fc.constantFrom('sha1', 'sha256' as const),
        algorithm: fc.constantFrom('hmac-sha1', 'hmac-sha256' as const),
        span: fc.tuple(fc.nat(100), fc.nat(100)),
      }),
      { maxLength: 5 },
    ),
    encrypted: fc.array(
      fc.record({
        ...named,
        target: fc.constantFrom('content', 'element' as const),
        cipher: fc.constantFrom('aes128-cbc', 'aes256-gcm' as const),
      }),
      { maxLength: 3 },
    ),
    assertions: fc.array(
      fc.record({
        version: fc.constantFrom('1.1', '2.0' as const),
        id: text,
        issuer: text,
        subject: maybe(fc.record({ name: text, format: maybe(text), nameQualifier: maybe(text) })),
        confirmation: fc.constant('bearer' as const),
        issuedAtMs: time,
        notOnOrAfterMs: time,
        useOnce: fc.boolean(),
        attributes: fc.array(fc.record({ name: text, namespace: maybe(text), values: fc.array(maybe(text)) })),
        issuerThumbprint: text,
        bytes: fc.uint8Array({ maxLength: 40 }),
      }),
      { maxLength: 2 },
    ),
    confirmable: fc.record({
      signatureValues: fc.array(text, { maxLength: 3 }),
      signatureConfirmed: fc.boolean(),
      understoodHeaders: fc.array(fc.record({ namespace: text, localName: text, signed: fc.boolean() }), {
        maxLength: 2,
      }),
      bearerContext: maybe(
        fc.record({
          identifier: text,
          instance: maybe(text),
          version: fc.constantFrom('200512', '200502' as const),
          principal: maybe(text),
        }),
      ),
      claimedAddressing: maybe(
        fc.record({ action: maybe(text), messageId: maybe(text), relatesTo: maybe(text), to: maybe(text) }),
      ),
    }),
    offset: fc.nat(20),
  })
  .map(({ head, octets, body, signed, encrypted, assertions, confirmable, offset }): OpenedMessage => {
    const verified = new Uint8Array(offset + octets.length).subarray(offset);
    verified.set(octets);
    const parts = signed.map(({ span, ...part }) => ({
      ...part,
      bytes: verified.subarray(Math.min(...span), Math.max(...span)),
    }));
    return {
      ...head,
      signed: parts,
      encrypted,
      assertions,
      ...confirmable,
      body: body ?? parts[0]?.bytes ?? verified.subarray(0, 0),
      verified,
    } as OpenedMessage;
  });

/** Messages one like the other but for a few members, as those of a conversation are. */
const conversation = fc.array(openedMessage, { maxLength: 5 }).chain((messages) =>
  fc
    .array(
      fc.tuple(
        fc.nat(Math.max(0, messages.length - 1)),
        openedMessage,
        fc.subarray([
          'identifier',
          'action',
          'messageId',
          'relatesTo',
          'createdAtMs',
          'expiresAtMs',
          'replayKey',
          'signatureValues',
          'signatureConfirmed',
          'encrypted',
        ] as const),
        fc.string({ unit: 'grapheme' }),
      ),
      { maxLength: messages.length === 0 ? 0 : 6 },
    )
    .map((changes) => [
      ...messages,
      ...changes.map(([of, other, members, nonce]): OpenedMessage => {
        const changed = { ...messages[of]!, ...Object.fromEntries(members.map((member) => [member, other[member]])) };
        return { ...changed, signed: changed.signed.map((part) => ({ ...part, key: withNonce(part.key, nonce) })) };
      }),
    ]),
);

function withNonce(key: KeyUse, nonceBase64: string): KeyUse {
  if (key.source === 'certificate') return key;
  return { ...key, derivation: key.derivation.map((step) => ({ ...step, nonceBase64 })) };
}

describe('replies come out of a slab as they went in', () => {
  test('opened messages and verdicts', () => {
    fc.assert(
      fc.property(conversation, fc.boolean(), fc.boolean(), (messages, isSmall, isApart) => {
        const bytes = isSmall ? 64 : 65_536;
        const opened = throughSlab(
          (writer) => {
            for (const message of messages) writer.opened(message);
          },
          bytes,
          isApart,
        );
        expect(opened).toEqual(messages.map((value) => ({ ok: true, value })));
        const buffers = new Set(
          opened.flatMap((reply) => (reply.ok ? [(reply.value as OpenedMessage).verified.buffer] : [])),
        );
        expect(buffers.size).toBe(isApart ? messages.length : Math.min(1, messages.length));
        const verdicts = throughSlab((writer) => {
          for (const message of messages) writer.verdict(verdictOf(message));
        }, bytes);
        expect(verdicts).toEqual(messages.map((message) => ({ ok: true, value: verdictOf(message) })));
      }),
    );
  });

  test('failures and sealed messages', () => {
    const sealed = { octets: new Uint8Array([1, 2, 3]), signatureValues: ['AAAA'] };
    const failed = { ok: false, code: 'peer.digest-mismatch', detail: { uri: '#a', count: 3 } } as const;
    const replies = throughSlab((writer) => {
      writer.failed(failed);
      writer.sealed(sealed);
      writer.failed({ ok: false, code: 'peer.replay', detail: {} });
    });
    expect(replies).toEqual([failed, { ok: true, value: sealed }, { ok: false, code: 'peer.replay', detail: {} }]);
  });

  test('a part that is no view of the verified octets is our own fault', () => {
    const [message] = fc.sample(
      openedMessage.filter((candidate) => candidate.signed.length > 0),
      1,
    );
    const [part] = message!.signed;
    const astray = { ...message!, signed: [{ ...part!, bytes: new Uint8Array(3) }] };
    expect(() => throughSlab((writer) => writer.opened(astray))).toThrowError(
      expect.objectContaining({ code: 'internal.invariant' }),
    );
  });
});
