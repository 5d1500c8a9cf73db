/** Messages changed and signed again with the right key: what only somebody in the context can make. */
import type { CipherGCMTypes } from 'node:crypto';
import { createCipheriv, createDecipheriv, createHash, createHmac } from 'node:crypto';
import { canonicalise, OctetSink, readDocument, Tape } from '@parley/codec';
import { E, ELEMENT_WORDS, type Patch, splice } from '@parley/codec/internal';
import { deriveKey } from '@parley/core';
import { type KeyPlan, type OpenRequest, planOf } from '@parley/engine';
import { readReferences, readSignature } from '../../../packages/engine/src/claims/signature.ts';
import { readMessage } from '../../../packages/engine/src/read/message.ts';

/** The message with right digests and a right signature, as far as it can be read; else as it is. */
export function signedAgain(message: Uint8Array, request: OpenRequest): Uint8Array {
  try {
    const { policy } = request;
    const digested = withDigests(message, request);
    const plan = planOf(digested, { policy });
    const [signature] = plan.ok ? plan.value.signatures : [];
    const key = signature && keyOf(signature.key, request);
    if (signature === undefined || key === undefined) return digested;
    return withSignature(digested, request, key, signature.algorithm.replace('hmac-', ''));
  } catch {
    return message;
  }
}

/** A message whose Body is encrypted in GCM, taken apart, so that it can be put together again with other plaintext. */
export interface TakenApart {
  /** The message, decrypted. */
  readonly plain: Uint8Array;
  /** Encrypts the content of the Body again, and puts that of `changed` in its place. */
  encrypted(changed: Uint8Array): Uint8Array;
}

const CIPHER_VALUE = /CipherValue>([^<]+)</;
const ENCRYPTED_DATA = /<(\w+:)?EncryptedData.*<\/(\w+:)?EncryptedData>/s;
const BODY = /<(?:\w+:)?Body[^>]*>(.*)<\/(?:\w+:)?Body>/s;
const IV_BYTES = 12;
const TAG_BYTES = 16;

export function takenApart(message: Uint8Array, request: OpenRequest): TakenApart {
  const plan = planOf(message, { policy: request.policy });
  const [decryption] = plan.ok ? plan.value.decryptions : [];
  const key = decryption && keyOf(decryption.key, request);
  if (key === undefined) throw new Error('not encrypted');
  const text = Buffer.from(message).toString('latin1');
  const cipher = `aes-${key.length * 8}-gcm` as CipherGCMTypes;
  const value = Buffer.from(CIPHER_VALUE.exec(text)![1]!, 'base64');
  const iv = value.subarray(0, IV_BYTES);
  const decipher = createDecipheriv(cipher, key, iv).setAuthTag(value.subarray(-TAG_BYTES));
  const content = decipher.update(value.subarray(IV_BYTES, -TAG_BYTES), undefined, 'latin1') + decipher.final('latin1');
  const data = ENCRYPTED_DATA.exec(text)![0];
  return {
    plain: new Uint8Array(
      Buffer.from(
        text.replace(data, () => content),
        'latin1',
      ),
    ),
    encrypted: (changed) => {
      const other = Buffer.from(changed).toString('latin1');
      const body = BODY.exec(other);
      if (body === null) return changed;
      const enciphered = createCipheriv(cipher, key, iv);
      const octets = Buffer.concat([
        iv,
        enciphered.update(body[1]!, 'latin1'),
        enciphered.final(),
        enciphered.getAuthTag(),
      ]);
      const again = data.replace(CIPHER_VALUE, () => `CipherValue>${octets.toString('base64')}<`);
      const at = body.index + body[0].indexOf('>') + 1;
      return new Uint8Array(Buffer.from(other.slice(0, at) + again + other.slice(at + body[1]!.length), 'latin1'));
    },
  };
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
