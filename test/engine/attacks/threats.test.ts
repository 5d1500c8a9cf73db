// Threats to one message that no generator and no vector shows.
import type { SealRequest } from '@parley/engine';
import { open, policyOf } from '@parley/engine';
import { expect, test } from 'vitest';
import {
  NOW_MS,
  openedBy,
  replaced,
  sampleContext,
  sampleEnvelope,
  sampleRandom,
  sampleRequest,
  sealed,
  text,
} from '../support/sample.ts';
import { OTHERS } from './originals.ts';

const outcome = (message: Uint8Array, policy = policyOf()): string => {
  const reply = openedBy(message, sampleContext(), policy);
  return reply.ok ? 'opened' : reply.code;
};

test('T06: a prefix that only a value uses, bound anew outside of what is signed, is not handed over with a meaning', () => {
  const content = '<m:Role xmlns:m="urn:m" type="p:User"/>';
  const bound = replaced(sampleEnvelope(content), '<s:Envelope ', '<s:Envelope xmlns:p="urn:user" ');
  const message = sealed(bound, sampleRequest());
  for (const changed of [message, replaced(message, 'xmlns:p="urn:user"', 'xmlns:p="urn:admin"')]) {
    const reply = openedBy(changed, sampleContext());
    expect(reply.ok && text(reply.value.body)).toContain('<m:Role xmlns:m="urn:m" type="p:User"></m:Role>');
    expect(reply.ok && text(reply.value.body)).not.toContain('xmlns:p');
  }
});

test('T06: a prefix on the PrefixList of a signature is signed', () => {
  const { message, request } = OTHERS.find(({ name }) => name === 'prefixlist')!;
  const prefixes = /PrefixList="([^"]+)"/.exec(text(message))![1]!.split(' ');
  const [prefix] = prefixes.filter((name) => text(message).includes(`xmlns:${name}="`));
  const changed = replaced(message, `xmlns:${prefix}="`, `xmlns:${prefix}="urn:other:`);
  const reply = open(changed, request);
  expect(open(message, request).ok).toBe(true);
  expect(reply.ok ? 'opened' : reply.code).toMatch(/^peer\./);
});

test('T43: no two messages share a key, a nonce or an IV', () => {
  const seen = new Set<string>();
  const fillRandom = sampleRandom(7);
  const request: Partial<SealRequest> = { encrypt: 'body', suite: 'Basic256GCMSha256', fillRandom };
  for (let count = 0; count < 200; count++) {
    const message = text(sealed(sampleEnvelope(), sampleRequest(request)));
    const nonces = [...message.matchAll(/<c:Nonce>([^<]+)</g)].map(([, nonce]) => nonce!);
    const iv = Buffer.from(/<e:CipherValue>([^<]+)</.exec(message)![1]!, 'base64')
      .subarray(0, 12)
      .toString('hex');
    expect(nonces).toHaveLength(2);
    for (const value of [...nonces, iv]) seen.add(value);
  }
  expect(seen.size).toBe(600);
});

test('T44: encrypted data is decrypted in its place only, listed once, and only if it is signed', () => {
  const message = sealed(sampleEnvelope(), sampleRequest({ encrypt: 'body' }));
  const [data] = /<e:EncryptedData .*<\/e:EncryptedData>/.exec(text(message))!;
  const [list] = /<e:DataReference [^>]*><\/e:DataReference>/.exec(text(message))!;
  const elsewhere = replaced(message, data, '');
  const copy = data.replace(/ Id="[^"]*"/, ' Id="copy"');
  const copyListed = replaced(message, list, `${list}${list.replace(/#[^"]*/, '#copy')}`);
  expect(outcome(message)).toBe('opened');
  expect(
    outcome(replaced(elsewhere, '<o:Security ', `<x:Header xmlns:x="urn:x">${data}</x:Header><o:Security `)),
  ).toMatch(/^peer\./);
  expect(outcome(replaced(copyListed, '<o:Security ', `${copy}<o:Security `))).toMatch(/^peer\./);
  expect(outcome(replaced(copyListed, '</s:Body>', `${copy}</s:Body>`))).toMatch(/^peer\./);
  expect(outcome(replaced(message, list, `${list}${list}`))).toBe('peer.structure-invalid');
  expect(outcome(replaced(message, list, ''))).toBe('peer.structure-invalid');
});

test('T56: state that a token brings along is not looked at', () => {
  const message = sealed(sampleEnvelope(), sampleRequest({ keys: 'direct' }));
  const cookie = '<x:Cookie xmlns:x="urn:x">c3RhdGU=</x:Cookie></c:SecurityContextToken>';
  const withCookie = replaced(message, '</c:SecurityContextToken>', cookie);
  expect(outcome(withCookie)).toBe(outcome(message));
  expect(outcome(replaced(withCookie, sampleContext().identifier, 'urn:uuid:unknown'))).toBe('peer.bad-context');
});

test('T60: the action of the transport, if it names one, is the signed one', () => {
  const message = sealed(sampleEnvelope(), sampleRequest());
  const actions: readonly (readonly [string | undefined, boolean])[] = [
    [undefined, true],
    ['', true],
    ['""', true],
    ['"urn:example:ping"', true],
    ['urn:example:ping', true],
    ['urn:example:PING', false],
    ['"urn:example:other"', false],
    ['urn:example:ping\0', false],
  ];
  for (const [soapAction, isOpened] of actions) {
    const contexts = { find: () => sampleContext() };
    const reply = open(message, {
      atMs: NOW_MS,
      policy: policyOf(),
      contexts,
      soapAction,
    });
    expect(reply.ok ? 'opened' : reply.code, String(soapAction)).toBe(isOpened ? 'opened' : 'peer.action-mismatch');
  }
});

test('T81: a policy cannot be changed once it is made', () => {
  const policy = policyOf();
  expect(Object.isFrozen(policy)).toBe(true);
  expect(Object.isFrozen(policy.limits)).toBe(true);
});

test('T82: a multipart package is no message', () => {
  const message = text(sealed(sampleEnvelope(), sampleRequest()));
  const part = `--b\r\nContent-Type: application/xop+xml\r\n\r\n${message}\r\n--b--`;
  expect(outcome(new TextEncoder().encode(part))).toBe('peer.xml-malformed');
});
