import type { FailedReply, Reply, Secret } from '@parley/core';
import { open } from '../../entry/open.ts';
import { seal } from '../../entry/seal.ts';
import type { Credentials } from '../../keys/credentials.ts';
import { Workspace } from '../../memory/workspace.ts';
import type { OpenedMessage } from '../../message/opened-message.ts';
import type { OpenRequest } from '../../open/request.ts';
import type { Policy } from '../../policy/policy.ts';
import { checkedPolicy } from '../../policy/policy-of.ts';
import type { BootstrapSealRequest, SealedMessage, SealRequest } from '../../seal/request.ts';
import { EvictionLog } from '../transfer/eviction-log.ts';
import type { PortableCredentials, UsableCredentials } from '../transfer/portable-credentials.ts';
import { usableCredentials } from '../transfer/portable-credentials.ts';
import type { PortableSeal } from '../transfer/portable-seal.ts';
import { usableSeal } from '../transfer/portable-seal.ts';
import type { AttachedContext, AttachedKey } from '../transfer/task.ts';
import { BatchKeys } from './batch-keys.ts';
import { ContextCache } from './context-cache.ts';

/** What a thread knows from its start on; plain data and key objects. */
export interface RunnerData {
  readonly policy: Policy;
  readonly cachedContextsMax: number;
  readonly templatesMax: number;
  /** Of the pool's {@link EvictionLog}. */
  readonly evictions: SharedArrayBuffer;
  readonly credentials: PortableCredentials;
}

/** What one message is opened with beside what the thread has. */
export type OneOpening = Pick<OpenRequest, 'atMs' | 'soapAction' | 'signatureValuesSent' | 'replays'>;

/** `open` and `seal` with what the thread it lives on has: policy, contexts, credentials, scratch. */
export class MessageRunner {
  readonly policy: Policy;
  readonly #fillRandom: (out: Uint8Array) => void;
  readonly #workspace: Workspace;
  readonly #contexts: ContextCache;
  readonly #credentials: UsableCredentials;
  readonly #keys = new BatchKeys();

  constructor(data: RunnerData, fillRandom: (out: Uint8Array) => void) {
    this.policy = checkedPolicy(data.policy);
    this.#workspace = new Workspace({ templatesMax: data.templatesMax });
    this.#fillRandom = fillRandom;
    this.#contexts = new ContextCache(data.cachedContextsMax, new EvictionLog(data.evictions), () =>
      this.#workspace.wipe(),
    );
    this.#credentials = usableCredentials(data.credentials);
  }

  /** Whether main wants the secrets of EncryptedKeys that messages bring. */
  get keepsKeys(): boolean {
    return this.#credentials.keepsKeys;
  }

  /** Messages that a template has opened so far. */
  get byTemplate(): number {
    return this.#workspace.templates.opened;
  }

  /** Drops contexts that were evicted. */
  sweep(): void {
    this.#contexts.sweep();
  }

  /** Before a task: drops what was evicted, takes in what came along. */
  begin(contexts: readonly AttachedContext[], encryptedKeys: readonly AttachedKey[]): void {
    this.#contexts.beginBatch(contexts);
    this.#keys.beginBatch(encryptedKeys);
  }

  /** After a task: forgets what was for it alone. */
  end(): void {
    this.#contexts.endBatch();
    this.#keys.endBatch();
  }

  /**
   * Opens `message` (borrowed), which no other thread may change; what is answered views memory that the next message overwrites.
   * `internal.context-needed` for what only main can tell. `keep` owns the secrets that it is told.
   */
  open(
    message: Uint8Array,
    opening: OneOpening,
    keep?: (sha1Base64: string, secret: Secret) => void,
  ): Reply<OpenedMessage> {
    return open(message, {
      atMs: opening.atMs,
      soapAction: opening.soapAction,
      signatureValuesSent: opening.signatureValuesSent,
      policy: this.policy,
      contexts: this.#contexts,
      credentials: this.#credentialsWith(keep),
      replays: opening.replays,
      workspace: this.#workspace,
      borrow: true,
    });
  }

  /** Seals `envelope` (borrowed). */
  seal(envelope: Uint8Array, portable: PortableSeal): Reply<SealedMessage> {
    const { identifier } = portable;
    const context = identifier === undefined ? undefined : this.#contexts.find(identifier);
    if (identifier !== undefined && context === undefined) return unknownContext(identifier);
    const usable = usableSeal(portable, this.#credentials.ownKeys);
    try {
      return seal(envelope, {
        ...usable.request,
        ...(context && { context }),
        fillRandom: this.#fillRandom,
        workspace: this.#workspace,
        // A request that lost its types on the way: `seal` itself judges what it says.
      } as SealRequest | BootstrapSealRequest);
    } finally {
      usable.wipe();
    }
  }

  #credentialsWith(keep: ((sha1Base64: string, secret: Secret) => void) | undefined): Credentials {
    const { trust, assertionIssuers, ownKeys } = this.#credentials;
    return { trust, assertionIssuers, ownKeys, encryptedKeys: this.#keys, keepEncryptedKey: keep };
  }
}

function unknownContext(identifier: string): FailedReply {
  return { ok: false, code: 'caller.context-unusable', detail: { identifier, reason: 'unknown' } };
}
