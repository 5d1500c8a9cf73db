// One message from us to xmlsec1, or from xmlsec1 to us.
import { contextSource } from '@parley/core';
import { type OpenRequest, open } from '@parley/engine';
import { expect } from 'vitest';
import { ALL_SUITES_POLICY, sampleSecret, text } from '../../engine/support/sample.ts';
import type { Answer, Xmlsec1 } from '../xmlsec1.ts';
import { type Choice, cipherName, contextOf, envelopeOf, sealedAsChosen } from './choice.ts';
import { keysOf, type MessageKeys } from './derived-keys.ts';
import { blankCipherValue, blankSignature, encryptedDataOf, signatureOf } from './message-text.ts';
import { payloadOf } from './payload.ts';
import { OTHER_SECRET, type Tampering, tampered } from './tampering.ts';

const CODES = ['peer.digest-mismatch', 'peer.signature-invalid', 'peer.decrypt-failed'];

/** We seal; it undoes each step in turn and gives the content back. */
export function toXmlsec1(peer: Xmlsec1, choice: Choice): void {
  const sealed = text(sealedAsChosen(choice, Date.now()));
  const keys = keysOf(sealed, choice);
  const clear = decrypted(peer, sealed, choice, keys);
  const answer = peer.verify(
    encoder.encode(choice.shape.order === 'encrypt-then-sign' ? sealed : clear),
    keys.signature,
  );
  done(answer);
  expect(answer.said).toContain('SignedInfo References (ok/all): 6/6');
  expect(clear).toContain(payload(choice));
}

/** It signs and encrypts templates of ours; `open` gives the content. */
export function fromXmlsec1(peer: Xmlsec1, choice: Choice): void {
  const reply = open(sealedByXmlsec1(peer, choice), openRequest(choice));
  expect(reply.ok ? '' : reply.code).toBe('');
  if (!reply.ok) return;
  expect(payloadOf(reply.value.body)).toBe(payload(choice));
  expect(reply.value.signed).toHaveLength(6);
  expect(reply.value.encrypted.map(({ cipher }) => cipher)).toEqual(
    Array.from({ length: { none: 0, body: 1, 'body-and-signature': 2 }[choice.shape.encrypt] }, () =>
      cipherName(choice),
    ),
  );
}

export function toXmlsec1Tampered(peer: Xmlsec1, choice: Choice, kind: Tampering): void {
  const sealed = sealedAsChosen(choice, Date.now());
  const key = keysOf(text(sealed), choice).signature;
  expect(peer.verify(sealed, key).ok).toBe(true);
  const other = kind === 'other-secret' ? Buffer.alloc(key.length) : key;
  expect(peer.verify(tampered(sealed, kind), other).ok).toBe(false);
}

export function fromXmlsec1Tampered(peer: Xmlsec1, choice: Choice, kind: Tampering): void {
  const message = tampered(sealedByXmlsec1(peer, choice), kind);
  const reply = open(message, openRequest(choice, kind === 'other-secret' ? OTHER_SECRET : sampleSecret()));
  expect(reply).toMatchObject({ ok: false, code: expect.toBeOneOf(CODES) });
}

/** Ours taken apart and made anew, every digest, MAC and ciphertext by xmlsec1. */
function sealedByXmlsec1(peer: Xmlsec1, choice: Choice): Buffer {
  const sealed = text(sealedAsChosen(choice, Date.now()));
  const keys = keysOf(sealed, choice);
  const parts = encryptedDataOf(sealed);
  const clear = decrypted(peer, sealed, choice, keys);
  const signed = (message: string): string =>
    text(done(peer.sign(encoder.encode(blankSignature(message)), keys.signature)));
  // From the last to the first, for xmlsec1 fills the first template that it finds.
  const encrypted = (message: string): string =>
    parts.reduceRight((before, part, index) => {
      const plaintext = index === parts.length - 1 ? payload(choice) : signatureOf(before);
      const template = encoder.encode(before.replace(plaintext, () => blankCipherValue(part.text)));
      const octets = encoder.encode(plaintext);
      return text(done(peer.encrypt(template, cipherName(choice), keys.encryption!, octets)));
    }, message);
  return Buffer.from(choice.shape.order === 'encrypt-then-sign' ? signed(encrypted(clear)) : encrypted(signed(clear)));
}

function decrypted(peer: Xmlsec1, sealed: string, choice: Choice, keys: MessageKeys): string {
  return encryptedDataOf(sealed).reduce(
    (message, { id }) => text(done(peer.decrypt(encoder.encode(message), id, cipherName(choice), keys.encryption!))),
    sealed,
  );
}

function openRequest(choice: Choice, secret = sampleSecret()): OpenRequest {
  const atMs = Date.now();
  return { atMs, policy: ALL_SUITES_POLICY, contexts: contextSource([contextOf(choice, atMs, secret)]) };
}

/** The content of soap:Body as the envelope has it: canonical as it stands. */
function payload(choice: Choice): string {
  return /<s:Body>(.*)<\/s:Body>/s.exec(text(envelopeOf(choice)))?.[1] as string;
}

function done(answer: Answer): Buffer {
  expect(answer.ok ? '' : answer.said).toBe('');
  return answer.document;
}

const encoder = new TextEncoder();
