/** Messages changed and signed again with the right key: what only somebody in the context can make. */
import { createHash, createHmac } from 'node:crypto';
import { canonicalise, OctetSink, readDocument, Tape } from '@parley/codec';
import { E, ELEMENT_WORDS, type Patch, splice } from '@parley/codec/internal';
import { deriveKey } from '@parley/core';
import { type OpenRequest, planOf } from '@parley/engine';
import { readReferences, readSignature } from '../../../packages/engine/src/claims/signature.ts';
import { readMessage } from '../../../packages/engine/src/read/message.ts';

/** The message with right digests and a right signature, as far as it can be read; else as it is. */
export function signedAgain(message: Uint8Array, request: OpenRequest): Uint8Array {
  try {
    const { policy } = request;
    const digested = withDigests(message, request);
    const plan = planOf(digested, { policy });
    const [signature] = plan.ok ? plan.value.signatures : [];
    if (signature?.key.source !== 'context') return digested;
    const { identifier, instance, derivation } = signature.key;
    const secret = request.contexts.find(identifier)?.keys.find((key) => key.instance === instance)?.secret;
    if (secret === undefined) return digested;
    const key = derivation.reduce(
      (base, { label, nonceBase64, offsetBytes, lengthBytes }) => {
        const derived = new Uint8Array(lengthBytes);
        deriveKey(base, { label, nonce: Buffer.from(nonceBase64, 'base64'), offsetBytes }, derived);
        return derived;
      },
      secret.lend((octets) => octets.slice()),
    );
    return withSignature(digested, request, key, signature.algorithm.replace('hmac-', ''));
  } catch {
    return message;
  }
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
