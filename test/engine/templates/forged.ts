/** Messages changed and signed again with the right key: what only somebody in the context can make. */
import type { CipherGCMTypes } from 'node:crypto';
import { createCipheriv, createDecipheriv, createHash, createHmac } from 'node:crypto';
import { canonicalise, OctetSink, readDocument, Tape } from '@parley/codec';
import { E, ELEMENT_WORDS, type Patch, splice } from '@parley/codec/internal';
import { deriveKey } from '@parley/core';
import { type DecryptionPlan, type KeyPlan, type OpenRequest, planOf } from '@parley/engine';
import { readReferences, readSignature } from '../../../packages/engine/src/claims/signature.ts';
import { readMessage } from '../../../packages/engine/src/read/message.ts';

/** The message with right digests and a right signature, as far as it can be read; else as it is. */
export function signedAgain(message: Uint8Array, request: OpenRequest): Uint8Array {
  try {
    const { policy } = request;
    const digested = withDigests(message, request);
    const plan = planOf(withoutLists(digested), { policy });
    const [signature] = plan.ok ? plan.value.signatures : [];
    const key = signature && keyOf(signature.key, request);
    if (signature === undefined || key === undefined) return digested;
    return withSignature(digested, request, key, signature.algorithm.replace('hmac-', ''));
  } catch {
    return message;
  }
}

// What lists name is decrypted by now, where the signature itself was encrypted.
function withoutLists(message: Uint8Array): Uint8Array {
  const text = Buffer.from(message).toString('latin1');
  return /EncryptedData[ >]/.test(text) ? message : new Uint8Array(Buffer.from(text.replace(LIST, ''), 'latin1'));
}

/** A message in which something is encrypted, taken apart, so that it can be put together again with other plaintext. */
export interface TakenApart {
  /** The message, decrypted. */
  readonly plain: Uint8Array;
  /** `changed`, another plain one, encrypted as the message was; `padding` is what CBC has at its end, as it should be without. */
  encrypted(changed: Uint8Array, padding?: (paddingBytes: number) => Uint8Array): Uint8Array;
  /** The same with right digests and a right signature, in the order in which the message has them. */
  forged(changed: Uint8Array): Uint8Array;
}

const CIPHER_VALUE = /CipherValue>([^<]+)</;
const ENCRYPTED_DATA = /<(\w+:)?EncryptedData[ >].*?<\/\1EncryptedData>/gs;
const LIST = /<(\w+:)?ReferenceList[ >].*?<\/\1ReferenceList>/s;
const BODY = /(<(?:\w+:)?Body[^>]*>)(.*)<\/(?:\w+:)?Body>/s;
const SIGNATURE = /()(<(\w+:)?Signature[ >].*<\/\3Signature>)/s;
const TAG_BYTES = 16;
const BLOCK_BYTES = 16;

type Padding = (paddingBytes: number) => Uint8Array;
const properly: Padding = (paddingBytes) => new Uint8Array(paddingBytes).fill(paddingBytes);

interface EncryptedText {
  readonly target: DecryptionPlan['target'];
  readonly markup: string;
  readonly content: string;
  /** The EncryptedData with other content. */
  encrypted(content: string, padding: Padding): string;
}

export function takenApart(message: Uint8Array, request: OpenRequest): TakenApart {
  const plan = planOf(message, { policy: request.policy });
  const decryptions = plan.ok ? plan.value.decryptions : [];
  const text = Buffer.from(message).toString('latin1');
  const parts = Array.from(text.matchAll(ENCRYPTED_DATA), ([markup]) => {
    const target = markup.includes('xmlenc#Content"') ? 'content' : 'element';
    const decryption = decryptions.find((one) => one.target === target)!;
    return encryptedText(markup, decryption, request);
  });
  if (parts.length === 0) throw new Error('not encrypted');
  const isOver = plan.ok && plan.value.order === 'verify-then-decrypt';
  const encrypted: TakenApart['encrypted'] = (changed, padding = properly) => {
    let other = Buffer.from(changed).toString('latin1');
    for (const part of parts) {
      const found = (part.target === 'content' ? BODY : SIGNATURE).exec(other);
      if (found === null) return changed;
      const [, before = '', content = ''] = found;
      const at = found.index + before.length;
      other = other.slice(0, at) + part.encrypted(content, padding) + other.slice(at + content.length);
    }
    return new Uint8Array(Buffer.from(other, 'latin1'));
  };
  const plain = parts.reduce((before, { markup, content }) => before.replace(markup, () => content), text);
  return {
    plain: new Uint8Array(Buffer.from(plain, 'latin1')),
    encrypted,
    forged: (changed) => (isOver ? signedAgain(encrypted(changed), request) : encrypted(signedAgain(changed, request))),
  };
}

function encryptedText(
  markup: string,
  { cipher, key: use, target }: DecryptionPlan,
  request: OpenRequest,
): EncryptedText {
  const key = keyOf(use, request)!;
  const value = Buffer.from(CIPHER_VALUE.exec(markup)![1]!, 'base64');
  const put = (octets: Buffer): string =>
    markup.replace(CIPHER_VALUE, () => `CipherValue>${octets.toString('base64')}<`);
  const ofMode = cipher.endsWith('-gcm') ? gcm : cbc;
  const { content, encrypted } = ofMode(`aes-${key.length * 8}`, key, value);
  return { target, markup, content, encrypted: (other, padding) => put(encrypted(other, padding)) };
}

interface Opened {
  readonly content: string;
  readonly encrypted: (content: string, padding: Padding) => Buffer;
}

function gcm(name: string, key: Uint8Array, value: Buffer): Opened {
  const cipher = `${name}-gcm` as CipherGCMTypes;
  const iv = value.subarray(0, 12);
  const decipher = createDecipheriv(cipher, key, iv).setAuthTag(value.subarray(-TAG_BYTES));
  const content = decipher.update(value.subarray(12, -TAG_BYTES), undefined, 'latin1') + decipher.final('latin1');
  const encrypted = (other: string): Buffer => {
    const encipher = createCipheriv(cipher, key, iv);
    return Buffer.concat([iv, encipher.update(other, 'latin1'), encipher.final(), encipher.getAuthTag()]);
  };
  return { content, encrypted };
}

function cbc(name: string, key: Uint8Array, value: Buffer): Opened {
  const cipher = `${name}-cbc`;
  const iv = value.subarray(0, BLOCK_BYTES);
  const decipher = createDecipheriv(cipher, key, iv).setAutoPadding(false);
  const padded = decipher.update(value.subarray(BLOCK_BYTES), undefined, 'latin1') + decipher.final('latin1');
  // The octets before the last one of the padding may be any.
  const content = padded.slice(0, -padded.charCodeAt(padded.length - 1));
  const encrypted = (other: string, padding: Padding): Buffer => {
    const encipher = createCipheriv(cipher, key, iv).setAutoPadding(false);
    const padded = Buffer.concat([Buffer.from(other, 'latin1'), padding(BLOCK_BYTES - (other.length % BLOCK_BYTES))]);
    return Buffer.concat([iv, encipher.update(padded), encipher.final()]);
  };
  return { content, encrypted };
}

function keyOf(use: KeyPlan, { contexts }: OpenRequest): Uint8Array | undefined {
  if (use.source !== 'context') return undefined;
  const { identifier, instance, derivation } = use;
  const secret = contexts.find(identifier)?.keys.find((key) => key.instance === instance)?.secret;
  return derivation.reduce<Uint8Array | undefined>(
    (base, { label, nonceBase64, offsetBytes, lengthBytes }) => {
      const derived = new Uint8Array(lengthBytes);
      if (base !== undefined)
        deriveKey(base, { label, nonce: Buffer.from(nonceBase64, 'base64'), offsetBytes }, derived);
      return derived;
    },
    secret?.lend((octets) => octets.slice()),
  );
}

function signatureOf(message: Uint8Array, { policy }: OpenRequest) {
  const tape = new Tape();
  readDocument(message, policy.limits, tape, 'scan');
  const { security } = readMessage(tape, policy);
  return { tape, claim: readSignature(tape, security.signatures[0]!, policy) };
}

function withDigests(message: Uint8Array, request: OpenRequest): Uint8Array {
  const { tape, claim } = signatureOf(message, request);
  const patches = readReferences(tape, claim, request.policy).map(
    ({ target, canonicalisation, digest, digestValue }) => {
      const sink = new OctetSink();
      canonicalise(tape, target, sink, canonicalisation);
      return patchOf(tape, digestValue, createHash(digest.name).update(sink.take()).digest('base64'));
    },
  );
  return splice(
    message,
    patches.sort((left, right) => left.start - right.start),
  );
}

function withSignature(message: Uint8Array, request: OpenRequest, key: Uint8Array, hash: string): Uint8Array {
  const { tape, claim } = signatureOf(message, request);
  const sink = new OctetSink();
  canonicalise(tape, claim.signedInfo, sink, claim.canonicalisation);
  return splice(message, [
    patchOf(tape, claim.signatureValue, createHmac(hash, key).update(sink.take()).digest('base64')),
  ]);
}

function patchOf({ elements }: Tape, element: number, text: string): Patch {
  const base = element * ELEMENT_WORDS;
  return {
    start: elements[base + E.content]!,
    end: elements[base + E.contentEnd]!,
    with: new TextEncoder().encode(text),
  };
}
