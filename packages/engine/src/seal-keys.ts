/** The keys of one sealed message: fresh nonces, derived once, wiped when the message is done. */

import type { XmlWriter } from '@parley/codec';
import type { AlgorithmSuite, CipherAlgorithm, KeyInstance, MacAlgorithm, Version } from '@parley/core';
import { algorithmSuite, deriveKey, Fault, MacKey, Secret } from '@parley/core';
import type { MessageIds } from './message-ids.ts';
import type { SealRequest } from './seal-request.ts';
import { writeDerivedKeyToken } from './write/derived-key-token.ts';
import { writeSecurityContextToken } from './write/security-context-token.ts';
import type { ContextReference } from './write/token-reference.ts';
import { writeContextReference, writeDerivedKeyReference } from './write/token-reference.ts';

/** spec: WS-SC §1.10, what WCF and WSS4J send. */
const NONCE_BYTES = 16;

/** A key, and how to write the STR that names it. */
export interface SealKey {
  readonly secret: Secret;
  readonly writeReference: (writer: XmlWriter) => void;
  readonly cipher: CipherAlgorithm;
  macKey(algorithm: MacAlgorithm): MacKey;
}

/** Makes the keys that a request asks for, and the tokens that tell the peer how. Wiped by its owner. */
export class SealKeys {
  readonly signatureId: string;
  readonly #tokens: Array<(writer: XmlWriter) => void> = [];
  readonly #signature: SealKey;
  readonly #encryption: SealKey | undefined;
  readonly #owned: Array<{ wipe(): void }> = [];

  /** @throws Fault `caller.context-unusable` */
  constructor(request: SealRequest, ids: MessageIds) {
    const instance = usableKey(request);
    const suite = algorithmSuite(request.suite ?? request.context.suite);
    const version: Version = request.context.version ?? request.version ?? '200512';
    const { identifier } = request.context;
    const tokenId = ids.fresh();
    const attached = request.token === 'attached';
    const context: ContextReference = attached ? { tokenId } : { identifier, instance: instance.instance };
    if (attached)
      this.#tokens.push((writer) => writeSecurityContextToken(writer, version, tokenId, identifier, instance.instance));
    const make = (lengthBytes: number): SealKey => {
      if (request.keys === 'direct')
        return this.#key(instance.secret, (writer) => writeContextReference(writer, version, context), suite);
      const nonce = new Uint8Array(NONCE_BYTES);
      request.fillRandom(nonce);
      const secret = this.#derive(instance, nonce, lengthBytes);
      if (request.keys === 'implied') {
        const implied = { nonce, lengthBytes };
        return this.#key(secret, (writer) => writeContextReference(writer, version, context, implied), suite);
      }
      const id = ids.fresh();
      this.#tokens.push((writer) => writeDerivedKeyToken(writer, version, id, context, lengthBytes, nonce));
      return this.#key(secret, (writer) => writeDerivedKeyReference(writer, version, id), suite);
    };
    this.#signature = make(suite.signatureKeyBytes);
    this.#encryption = request.encrypt === 'none' ? undefined : make(suite.encryptionKeyBytes);
    this.signatureId = ids.fresh();
  }

  /** Writes the SCT and the DerivedKeyTokens, in the order of Strict layout. */
  writeTokens(writer: XmlWriter): void {
    for (const write of this.#tokens) write(writer);
  }

  signature(): SealKey {
    return this.#signature;
  }

  encryption(): SealKey {
    if (this.#encryption === undefined)
      throw new Fault('internal.invariant', { claim: 'an encryption key was asked for' });
    return this.#encryption;
  }

  wipe(): void {
    for (const owned of this.#owned) owned.wipe();
  }

  #derive(instance: KeyInstance, nonce: Uint8Array, lengthBytes: number): Secret {
    const spec = { label: undefined, nonce, offsetBytes: 0 };
    const secret = instance.secret.lend((bytes) => Secret.filledBy(lengthBytes, (out) => deriveKey(bytes, spec, out)));
    this.#owned.push(secret);
    return secret;
  }

  #key(secret: Secret, writeReference: SealKey['writeReference'], suite: AlgorithmSuite): SealKey {
    return {
      secret,
      writeReference,
      cipher: suite.cipher,
      macKey: (algorithm) => {
        const macKey = secret.lend((bytes) => new MacKey(algorithm, bytes));
        this.#owned.push(macKey);
        return macKey;
      },
    };
  }
}

function usableKey(request: SealRequest): KeyInstance {
  const { context, atMs } = request;
  const key =
    'instance' in request
      ? context.keys.find((candidate) => candidate.instance === request.instance)
      : context.keys.at(-1);
  const refuse = (reason: string): never => {
    throw new Fault('caller.context-unusable', { identifier: context.identifier, reason });
  };
  if (key === undefined) return refuse('no such key instance');
  if (context.cancelledAtMs !== undefined && context.cancelledAtMs <= atMs) return refuse('cancelled');
  if (Math.min(key.expiresAtMs, context.expiresAtMs) <= atMs) return refuse('expired');
  return key;
}
