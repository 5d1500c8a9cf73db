/** Secrets and passwords stay out of everything that can be printed, and refusals look alike from outside. */
import { inspect } from 'node:util';
import { passwordMatches } from '@parley/conversation';
import { Secret } from '@parley/core';
import { describe, expect, test } from 'vitest';
import {
  applicationEnvelope,
  authenticate,
  issue,
  must,
  octets,
  PASSWORD,
  renew,
  sent,
  TLS,
  text,
  world,
} from './conversation-fixture.ts';
import { keyOctets } from './sample-context.ts';

/** Every way that octets could show in a text. */
function spellings(bytes: Uint8Array): string[] {
  const buffer = Buffer.from(bytes);
  const list = [...bytes.subarray(0, 8)];
  return [
    buffer.toString('hex').slice(0, 16),
    buffer.toString('base64').slice(0, 12),
    buffer.toString('base64url').slice(0, 12),
    list.join(','),
    list.join(', '),
    list.map((octet) => octet.toString(16).padStart(2, '0')).join(' '),
  ];
}

test('T74: nothing that prints, logs or serialises shows a secret or a password', async () => {
  const printed: string[] = [];
  const print = (value: unknown): void => {
    printed.push(
      inspect(value, { depth: 12, showHidden: true, maxArrayLength: null, breakLength: Number.POSITIVE_INFINITY }),
    );
    printed.push(JSON.stringify(value) ?? '', String(value));
  };
  const place = world('200512', '1.2', {
    authenticate: (attempt) => {
      print(attempt);
      return authenticate(attempt);
    },
  });
  const initiator = place.initiator();
  const wrong = place.initiator({ credential: { username: 'alice', password: Secret.copyOf(octets(`${PASSWORD}x`)) } });
  const secrets: Uint8Array[] = [];
  const look = (): void => {
    for (const thing of [initiator, place.responder, place.store, initiator.context]) print(thing);
    for (const key of initiator.context?.keys ?? []) secrets.push(key.secret.lend((bytes) => Uint8Array.from(bytes)));
  };
  look();
  const identifier = await issue(place, initiator);
  look();
  print(await place.store.get(identifier));
  await renew(place, initiator);
  look();
  const message = sent(initiator.requestCall(applicationEnvelope('1.2', 'x')));
  print(await place.responder.receive(message, TLS));
  const refusals = [
    await place.responder.receive(message, TLS),
    await place.responder.receive(sent(wrong.requestIssue(TLS)), TLS),
    await place.responder.receive(
      octets(text(sent(wrong.requestIssue(TLS))).replace('</o:Password>', '&#bad;</o:Password>')),
      TLS,
    ),
    await place.responder.receive(
      octets(text(sent(place.initiator().requestIssue(TLS))).replace(/>256</, '>999<')),
      TLS,
    ),
    await place.responder.receive(sent(initiator.requestCancel(TLS)), TLS),
    await place.responder.receive(message, TLS),
  ];
  for (const received of refusals) {
    if (received.kind !== 'refused') continue;
    print(received);
    printed.push(text(received.reply));
    print(initiator.take(received.reply));
  }
  look();

  expect(secrets.length).toBeGreaterThanOrEqual(3);
  const everything = printed.join('\n');
  expect(everything.length).toBeGreaterThan(10_000);
  expect(everything).toContain('Secret(32 octets)');
  expect(everything).not.toContain('canary');
  for (const secret of [...secrets, octets(PASSWORD)]) {
    for (const spelling of spellings(secret)) expect(everything.includes(spelling)).toBe(false);
  }
});

test('the store keeps the key and nothing else of the handshake', async () => {
  const place = world('200512', '1.2');
  const identifier = await issue(place, place.initiator());
  const context = await place.store.get(identifier);
  expect(new Set(Object.keys(context ?? {}))).toEqual(
    new Set(['cancelledAtMs', 'createdAtMs', 'expiresAtMs', 'identifier', 'keys', 'principal', 'suite', 'version']),
  );
  expect(keyOctets(context)).toHaveLength(32);
});

test('T67: refusals of forged, replayed and changed messages are one text', async () => {
  const place = world('200512', '1.2');
  const initiator = place.initiator();
  await issue(place, initiator);
  const request = text(sent(initiator.requestCall(applicationEnvelope('1.2', 'x'))));
  must(await place.responder.receive(octets(request), TLS), 'message');
  const variants = {
    'peer.replay': request,
    'peer.decrypt-failed': request.replace(/(<[a-z]*:?CipherValue>)..../, '$1AAAA'),
    'peer.timestamp-invalid': request.replace(/Created>2030/, 'Created>20x0'),
  };
  const answers = new Set<string>();
  for (const [code, variant] of Object.entries(variants)) {
    const refused = must(await place.responder.receive(octets(variant), TLS), 'refused');
    expect(refused.failure.code).toBe(code);
    answers.add(text(refused.reply).replace(/<a:MessageID[^<]*/, ''));
  }
  expect(answers.size).toBe(1);
  expect([...answers][0]).toContain('InvalidSecurity');
});

describe('passwords', () => {
  test('text matches itself and nothing else', () => {
    const attempt = { kind: 'text' as const, username: 'alice', password: Secret.copyOf(octets('secret')) };
    expect(passwordMatches(attempt, octets('secret'))).toBe(true);
    for (const other of ['', 'Secret', 'secret ', 'secre']) expect(passwordMatches(attempt, octets(other))).toBe(false);
  });

  test('the digest is SHA-1 over nonce, time and password', () => {
    const nonce = Uint8Array.from({ length: 16 }, (_, index) => index);
    const digest = Uint8Array.from(Buffer.from('IWUc7u6Z+NbfMbvGVSVWzHte1HM=', 'base64'));
    const created = '2024-01-01T00:00:00Z';
    const attempt = { kind: 'digest' as const, username: 'alice', nonce, created, createdAtMs: 0, digest };
    expect(passwordMatches(attempt, octets('pa$$wörd'))).toBe(true);
    expect(passwordMatches({ ...attempt, created: `${created} ` }, octets('pa$$wörd'))).toBe(false);
    expect(passwordMatches(attempt, octets('pa$$word'))).toBe(false);
  });
});
