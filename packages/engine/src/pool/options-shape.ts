/** What each member of a pool's options, and of its calls, may be. */
import { CertifiedKey } from '@parley/core';
import type { Kind, Members } from '@parley/core/internal';
import {
  anything,
  callback,
  either,
  FLAG,
  instanceOf,
  iterable,
  keyed,
  listOf,
  objectWith,
  oneOf,
  optional,
  port,
  shapeOf,
  TEXT,
  TRUST_OPTIONS,
  WHOLE_TEXT,
  whole,
} from '@parley/core/internal';
import { TEMPLATES_KEPT } from '../memory/workspace.ts';
import { MESSAGE_MEMBERS } from '../open/request-shape.ts';
import type { CertificateSealRequest, EncryptedKeySealRequest } from '../seal/request.ts';
import { CERTIFICATE_SEALING, CONTEXT_SEALING, ENCRYPTED_KEY_SEALING } from '../seal/request-shape.ts';
import type { AllOptions, CallOptions, PoolEnvelope, PoolMessage, PoolOptions } from './contract.ts';
import type { PoolCredentials } from './transfer/credentials.ts';
import type { PoolSealRequest } from './transfer/seal-request.ts';

type PoolIssuer = NonNullable<PoolCredentials['assertionIssuers']>[number];

const CREDENTIALS: Kind<PoolCredentials> = shapeOf<PoolCredentials>({
  trust: optional(TRUST_OPTIONS),
  assertionIssuers: optional(listOf(shapeOf<PoolIssuer>({ name: TEXT, trust: TRUST_OPTIONS }))),
  ownKeys: optional(listOf(instanceOf(CertifiedKey))),
  encryptedKeys: optional(port('get')),
  keepEncryptedKey: optional(callback()),
});

export const POOL_OPTIONS: Kind<PoolOptions> = shapeOf<PoolOptions>({
  workers: whole(0, 1024),
  // Has a check of its own, by identity.
  policy: anything(),
  contexts: port('get', 'changes?'),
  credentials: optional(CREDENTIALS),
  batchMessagesMax: optional(whole(1, 4096)),
  batchBytesMax: optional(whole(1, 2 ** 30)),
  queueBytesMax: optional(whole(1)),
  queueMessagesMax: optional(whole(1, 2 ** 24)),
  whenFull: optional(oneOf(['wait', 'refuse'])),
  cachedContextsMax: optional(whole(1, 2 ** 24)),
  templatesMax: optional(TEMPLATES_KEPT),
  contextAgeMaxMs: optional(whole(0, 2 ** 31 - 1)),
  jobTimeoutMs: optional(whole(1, 2 ** 31 - 1)),
  workerHeapMiBMax: optional(whole(1, 2 ** 20)),
  workerUrl: optional(either(TEXT, instanceOf(URL))),
  meter: optional(port('add', 'record', 'watch')),
  onRefused: optional(callback()),
});

const MESSAGE: Members<PoolMessage> = {
  ...MESSAGE_MEMBERS,
  // Octets that are none are another code.
  message: anything(),
  mayDecrypt: optional(callback()),
};

export const POOL_MESSAGE: Kind<PoolMessage> = shapeOf<PoolMessage>(MESSAGE);
export const STREAMED_MESSAGE: Kind<PoolMessage> = objectWith<PoolMessage>(MESSAGE);

export const STREAMED_ENVELOPE: Kind<PoolEnvelope> = objectWith<PoolEnvelope>({
  envelope: anything(),
  // Has a check of its own.
  request: anything(),
});

export const CALL_OPTIONS: Kind<CallOptions> = shapeOf<CallOptions>({ signal: optional(instanceOf(AbortSignal)) });
export const ALL_OPTIONS: Kind<AllOptions> = shapeOf<AllOptions>({
  signal: optional(instanceOf(AbortSignal)),
  concurrency: optional(whole(1)),
  ordered: optional(FLAG),
});
export const SOURCE: Kind<AsyncIterable<unknown> | Iterable<unknown>> = iterable();

/** What a whole request to `seal` has besides: it stays here, for the worker has its own. */
interface Unused {
  readonly context?: unknown;
  readonly fillRandom?: unknown;
  readonly workspace?: unknown;
}

const UNUSED: Members<Unused> = { context: anything(), fillRandom: anything(), workspace: anything() };

type ForPool<Request> = Request extends unknown ? Omit<Request, keyof Unused> & Unused : never;

/** Known by what the keys come from. */
export const POOL_SEALING: Kind<ForPool<PoolSealRequest | CertificateSealRequest | EncryptedKeySealRequest>> = keyed({
  identifier: shapeOf<ForPool<PoolSealRequest>>({ ...CONTEXT_SEALING, ...UNUSED, identifier: WHOLE_TEXT }),
  certificate: shapeOf<ForPool<CertificateSealRequest>>({ ...CERTIFICATE_SEALING, ...UNUSED }),
  encryptedKey: shapeOf<ForPool<EncryptedKeySealRequest>>({ ...ENCRYPTED_KEY_SEALING, ...UNUSED }),
});
