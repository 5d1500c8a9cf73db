/** Keys from one secret: fresh nonces, derived once, wiped when the message is done. */

import type { XmlWriter } from '@parley/codec';
import type { AlgorithmSuite, KeyInstance, Version } from '@parley/core';
import { Fault, passwordKey, Secret } from '@parley/core';
import {
  fillDerivedKey,
  invariant,
  MacKey,
  macAlgorithm,
  PASSWORD_ITERATIONS_DEFAULT,
  PASSWORD_KEY_BYTES,
  PASSWORD_KEY_USES,
  PASSWORD_SALT_BYTES,
  randomOctets,
} from '@parley/core/internal';
import type { NamedContext } from '../message/opened-message.ts';
import { writeDerivedKeyToken } from '../write/derived-key-token.ts';
import { writeReferenceList } from '../write/encrypted-data.ts';
import { writeSecurityContextToken } from '../write/security-context-token.ts';
import type { ContextReference, ImpliedKey } from '../write/token-reference.ts';
import {
  writeContextReference,
  writeDerivedKeyReference,
  writeEncryptedKeyReference,
  writeUsernameTokenReference,
} from '../write/token-reference.ts';
import { writePasswordKeyToken } from '../write/username-token.ts';
import type { CarriedAssertions } from './carried-assertions.ts';
import { isEncrypting } from './encrypted-selection.ts';
import type { MessageIds } from './message-ids.ts';
import type { EncryptionKey, MessageKeys, MessageToken, Signer } from './message-keys.ts';
import type { AssertionSealRequest, EncryptedKeySealRequest, PasswordSealRequest, SealRequest } from './request.ts';

/** spec: WS-SC §1.10, what WCF and WSS4J send. */
const NONCE_BYTES = 16;

/** A request whose assertion has a secret. */
export type AssertionSecretRequest = AssertionSealRequest & { readonly proof: Secret };

/** A request whose keys come from one secret. */
export type SymmetricSealRequest = SealRequest | EncryptedKeySealRequest | PasswordSealRequest | AssertionSecretRequest;

/** What the secret of a message comes from. */
interface SecretToken {
  readonly secret: Secret;
  /** The generation of DerivedKeyTokens. */
  readonly version: Version;
  readonly writeReference: (writer: XmlWriter, implied?: ImpliedKey) => void;
  /** If the message holds it, and is not to carry it anyway. */
  readonly token: MessageToken | undefined;
  /** Whether the secret was made for this message. */
  readonly isOurs: boolean;
}

/** A key, and how to write the STR that names it. */
interface NamedKey {
  readonly secret: Secret;
  readonly writeReference: (writer: XmlWriter) => void;
}

/** Makes the keys that a request asks for, and the tokens that tell the peer how. Wiped by its owner. */
export class SymmetricKeys implements MessageKeys {
  readonly tokens: readonly MessageToken[];
  readonly signer: Signer;
  readonly #encryption: EncryptionKey | undefined;
  readonly #owned: Array<{ wipe(): void }> = [];

  /** @throws Fault `caller.context-unusable` */
  constructor(request: SymmetricSealRequest, suite: AlgorithmSuite, ids: MessageIds, assertions: CarriedAssertions) {
    const tokens: MessageToken[] = [];
    const take = (token: SecretToken): SecretToken => {
      if (token.token !== undefined) tokens.push(token.token);
      if (token.isOurs) this.#owned.push(token.secret);
      return token;
    };
    const { secret, version, writeReference } = take(secretTokenOf(request, ids, assertions));
    const make = (lengthBytes: number): NamedKey => {
      if (request.keys === 'direct') return { secret, writeReference };
      const nonce = randomOctets(NONCE_BYTES, request);
      const derived = this.#derive(secret, nonce, lengthBytes);
      if (request.keys === 'implied') {
        const implied = { nonce, lengthBytes };
        return { secret: derived, writeReference: (writer) => writeReference(writer, implied) };
      }
      const id = ids.fresh();
      const defaults = request.derivedKeyDefaults ?? 'written';
      const parts = { id, writeBase: writeReference, lengthBytes, nonce, defaults };
      tokens.push({ write: (writer) => writeDerivedKeyToken(writer, version, parts) });
      return { secret: derived, writeReference: (writer) => writeDerivedKeyReference(writer, version, id) };
    };
    if ('context' in request && request.bearerContext !== undefined)
      tokens.push(tokenOfBearer(request.bearerContext, ids.fresh()));
    this.tokens = tokens;
    this.signer = this.#signer(make(suite.signatureKeyBytes), request, suite);
    if (!isEncrypting(request)) return;
    const { cipher, encryptionKeyBytes } = suite;
    // spec: WSS UsernameToken profile 1.1 §4, a key of a password is for one use.
    const isSecond = 'passwordKey' in request && request.keys === 'direct';
    const key = isSecond
      ? take(tokenOfPassword(request, ids, 'encryption', encryptionKeyBytes))
      : make(encryptionKeyBytes);
    this.#encryption = { secret: key.secret, writeReference: (writer) => key.writeReference(writer), cipher };
  }

  encryption(): EncryptionKey {
    invariant(this.#encryption !== undefined, 'an encryption key was asked for');
    return this.#encryption;
  }

  writeReferenceList(writer: XmlWriter, dataIds: readonly string[]): void {
    writeReferenceList(writer, dataIds);
  }

  wipe(): void {
    for (const owned of this.#owned) owned.wipe();
  }

  #derive(from: Secret, nonce: Uint8Array, lengthBytes: number): Secret {
    const spec = { label: undefined, nonce, offsetBytes: 0 };
    const secret = from.lend((bytes) => Secret.filledBy(lengthBytes, (out) => fillDerivedKey(bytes, spec, out)));
    this.#owned.push(secret);
    return secret;
  }

  #signer(key: NamedKey, request: SymmetricSealRequest, suite: AlgorithmSuite): Signer {
    const method = request.mac === undefined ? suite.mac : macAlgorithm(request.mac);
    const macKey = key.secret.lend((bytes) => new MacKey(method, bytes));
    this.#owned.push(macKey);
    return {
      method,
      headroomBytes: method.blockBytes,
      valueBase64: (octets, start, end) => macKey.macBase64(octets, start, end),
      writeReference: key.writeReference,
    };
  }
}

function secretTokenOf(request: SymmetricSealRequest, ids: MessageIds, assertions: CarriedAssertions): SecretToken {
  if ('context' in request) return tokenOfContext(request, ids);
  if ('assertion' in request) return tokenOfAssertion(request, assertions);
  return 'passwordKey' in request ? tokenOfPassword(request, ids, 'mac') : tokenOfEncryptedKey(request, ids);
}

function tokenOfAssertion(request: AssertionSecretRequest, assertions: CarriedAssertions): SecretToken {
  const { assertion, proof, version = '200512' } = request;
  const carried = assertions.of(assertion);
  return {
    secret: proof,
    version,
    writeReference: (writer) => carried.writeReference(writer),
    token: undefined,
    isOurs: false,
  };
}

function tokenOfContext(request: SealRequest, ids: MessageIds): SecretToken {
  const { secret, instance } = usableKey(request);
  const version: Version = request.context.version ?? request.version ?? '200512';
  const { identifier } = request.context;
  const isAttached = request.token === 'attached';
  const tokenId = isAttached && request.tokenId !== undefined ? ids.reserve(request.tokenId) : ids.fresh();
  const reference: ContextReference = isAttached ? { tokenId, instance } : { identifier, instance };
  const element = request.tokenId === undefined ? undefined : request.tokenElement;
  const given = isAttached && request.tokenId === undefined ? undefined : request.tokenReference;
  const write = (writer: XmlWriter): void => {
    if (element === undefined) writeSecurityContextToken(writer, version, tokenId, identifier, instance);
    else writer.repeat(element);
  };
  return {
    secret,
    version,
    writeReference: (writer, implied) => {
      if (given === undefined || implied !== undefined) writeContextReference(writer, version, reference, implied);
      else writer.repeat(given);
    },
    token: isAttached ? { write } : undefined,
    isOurs: false,
  };
}

/** Signed by nobody, as it is where the transport protects all. */
function tokenOfBearer({ version, identifier, instance }: NamedContext, tokenId: string): MessageToken {
  return { write: (writer) => writeSecurityContextToken(writer, version, tokenId, identifier, instance) };
}

function tokenOfEncryptedKey(request: EncryptedKeySealRequest, ids: MessageIds): SecretToken {
  const { encryptedKey, version = '200512' } = request;
  const tokenId = ids.fresh();
  const isAttached = request.token === 'attached';
  const reference = isAttached ? { tokenId } : { sha1: encryptedKey.sha1 };
  return {
    secret: encryptedKey.secret,
    version,
    writeReference: (writer) => writeEncryptedKeyReference(writer, reference),
    token: isAttached ? { write: (writer) => encryptedKey.write(writer, ids, tokenId, []) } : undefined,
    isOurs: false,
  };
}

function tokenOfPassword(
  request: PasswordSealRequest,
  ids: MessageIds,
  use: keyof typeof PASSWORD_KEY_USES,
  lengthBytes: number = PASSWORD_KEY_BYTES,
): SecretToken {
  const { passwordKey: given, version = '200512', signToken = false } = request;
  const { username, password, iterations = PASSWORD_ITERATIONS_DEFAULT } = given;
  const salt = randomOctets(PASSWORD_SALT_BYTES, request);
  salt[0] = PASSWORD_KEY_USES[use];
  const tokenId = ids.fresh();
  const make = (out: Uint8Array): void => password.lend((octets) => passwordKey(octets, salt, iterations, out));
  const write = (writer: XmlWriter): void => writePasswordKeyToken(writer, tokenId, username, { salt, iterations });
  return {
    secret: Secret.filledBy(lengthBytes, make),
    version,
    writeReference: (writer) => writeUsernameTokenReference(writer, tokenId),
    token: signToken ? { write, signedId: tokenId } : { write },
    isOurs: true,
  };
}

/** The key that a request means. @throws Fault `caller.context-unusable` */
export function usableKey(request: Pick<SealRequest, 'context' | 'atMs' | 'instance'>): KeyInstance {
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
