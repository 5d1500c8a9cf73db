import type { FailedReply, Reply, Secret } from '@parley/core';
import { failedReply } from '@parley/core/internal';
import { open } from '../../entry/open.ts';
import type { Credentials } from '../../keys/credentials.ts';
import { Workspace } from '../../memory/workspace.ts';
import type { Policy } from '../../policy/policy.ts';
import { checkedPolicy } from '../../policy/policy-of.ts';
import type { BootstrapSealRequest, SealedMessage, SealRequest } from '../../seal/request.ts';
import { seal } from '../../seal/seal.ts';
import { EvictionLog } from '../transfer/eviction-log.ts';
import type { PortableCredentials, UsableCredentials } from '../transfer/portable-credentials.ts';
import { usableCredentials } from '../transfer/portable-credentials.ts';
import type { PortableSeal } from '../transfer/portable-seal.ts';
import { usableSeal } from '../transfer/portable-seal.ts';
import { portableSecret } from '../transfer/portable-secret.ts';
import { alignedStart } from '../transfer/slab.ts';
import type { BatchAnswer, BatchTask, KeptKey } from '../transfer/task.ts';
import {
  CONTROL_BUSY_US,
  CONTROL_BYTES,
  CONTROL_LENGTH,
  CONTROL_PROGRESS,
  CONTROL_START,
  CONTROL_THREAD,
  JOB_FIELDS,
  PROGRESS_DONE,
} from '../transfer/task.ts';
import { verdictOf } from '../transfer/verdict.ts';
import { BatchKeys } from './batch-keys.ts';
import { ContextCache } from './context-cache.ts';
import { FirstDecryption } from './first-decryption.ts';
import { OctetWriter } from './octet-writer.ts';
import { ReplyWriter } from './reply-writer.ts';

/** What a thread knows from its start on; plain data and key objects. */
export interface RunnerData {
  readonly policy: Policy;
  readonly cachedContextsMax: number;
  readonly templatesMax: number;
  /** Of the pool's {@link EvictionLog}. */
  readonly evictions: SharedArrayBuffer;
  readonly credentials: PortableCredentials;
}

const SCRATCH_BYTES = 64 * 1024;

/** Carries out batches on the thread it lives on: `open` and `seal` over shared memory. */
export class BatchRunner {
  readonly #policy: Policy;
  readonly #threadId: number;
  readonly #fillRandom: (out: Uint8Array) => void;
  readonly #workspace: Workspace;
  readonly #contexts: ContextCache;
  readonly #credentials: UsableCredentials;
  readonly #keys = new BatchKeys();
  #scratch = new Uint8Array(SCRATCH_BYTES);

  /** `threadId` is what the control words name this thread by: not 0. */
  constructor(data: RunnerData, threadId: number, fillRandom: (out: Uint8Array) => void) {
    this.#policy = checkedPolicy(data.policy);
    this.#workspace = new Workspace({ templatesMax: data.templatesMax });
    this.#threadId = threadId;
    this.#fillRandom = fillRandom;
    this.#contexts = new ContextCache(data.cachedContextsMax, new EvictionLog(data.evictions), () =>
      this.#workspace.wipe(),
    );
    this.#credentials = usableCredentials(data.credentials);
  }

  /** Drops contexts that were evicted. */
  sweep(): void {
    this.#contexts.sweep();
  }

  /** One reply per message of `task`, in order. */
  run(task: BatchTask): BatchAnswer {
    const startedMs = performance.now();
    const control = new Int32Array(task.output, 0, CONTROL_BYTES / Int32Array.BYTES_PER_ELEMENT);
    Atomics.store(control, CONTROL_THREAD, this.#threadId);
    this.#contexts.beginBatch(task.contexts);
    this.#keys.beginBatch(task.encryptedKeys);
    const kept: KeptKey[] = [];
    const before = this.#workspace.templates.opened;
    const octets = new OctetWriter(task.output, CONTROL_BYTES);
    const replies = new ReplyWriter(octets);
    const count = task.jobs.length / JOB_FIELDS;
    for (let index = 0; index < count; index++) {
      Atomics.store(control, CONTROL_PROGRESS, index + 1);
      try {
        this.#runOne(task, index, replies, kept);
      } catch (error) {
        replies.failed(failedReply(error));
      }
    }
    this.#contexts.endBatch();
    this.#keys.endBatch();
    const { start, length } = replies.finish();
    Atomics.store(control, CONTROL_START, start);
    Atomics.store(control, CONTROL_LENGTH, length);
    Atomics.store(control, CONTROL_BUSY_US, Math.round((performance.now() - startedMs) * 1000));
    Atomics.store(control, CONTROL_PROGRESS, PROGRESS_DONE);
    return { replacement: octets.replacement, kept, byTemplate: this.#workspace.templates.opened - before };
  }

  #runOne(task: BatchTask, index: number, replies: ReplyWriter, kept: KeptKey[]): void {
    const at = index * JOB_FIELDS;
    const message = this.#privateCopy(task.input, task.jobs[at] as number, task.jobs[at + 1] as number);
    if (task.kind === 'seal') {
      const reply = this.#seal(message, task.seals[index]!);
      if (reply.ok) replies.sealed(reply.value);
      else replies.failed(reply);
      return;
    }
    const granted = task.jobs[at + 5] as string | undefined;
    const reply = open(message, {
      atMs: task.jobs[at + 2] as number | 'message',
      soapAction: task.jobs[at + 3] as string | undefined,
      signatureValuesSent: splitAtBlanks(task.jobs[at + 4] as string | undefined),
      policy: this.#policy,
      contexts: this.#contexts,
      credentials: this.#credentialsFor(index, kept),
      replays: granted === undefined ? undefined : new FirstDecryption(granted),
      workspace: this.#workspace,
      // The reply writer copies before the next message.
      borrow: true,
    });
    if (!reply.ok) replies.failed(reply);
    else if (task.kind === 'open') replies.opened(reply.value);
    else replies.verdict(verdictOf(reply.value));
  }

  #credentialsFor(index: number, kept: KeptKey[]): Credentials {
    const { trust, assertionIssuers, ownKeys, keepsKeys } = this.#credentials;
    const keepEncryptedKey = (sha1Base64: string, secret: Secret): void => {
      kept.push({ index, sha1Base64, secret: portableSecret(secret) });
      secret.wipe();
    };
    return {
      trust,
      assertionIssuers,
      ownKeys,
      encryptedKeys: this.#keys,
      keepEncryptedKey: keepsKeys ? keepEncryptedKey : undefined,
    };
  }

  #seal(envelope: Uint8Array, portable: PortableSeal): Reply<SealedMessage> {
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

  /** safety: what is checked is a copy that no other thread can change. */
  #privateCopy(input: SharedArrayBuffer, offset: number, length: number): Uint8Array {
    const shared = new Uint8Array(input, offset, length);
    const start = alignedStart(0, shared);
    const end = start + length;
    if (end > this.#scratch.length) this.#scratch = new Uint8Array(2 ** Math.ceil(Math.log2(end)));
    this.#scratch.set(shared, start);
    return this.#scratch.subarray(start, end);
  }
}

function splitAtBlanks(joined: string | undefined): readonly string[] | undefined {
  return joined === '' ? [] : joined?.split(' ');
}

function unknownContext(identifier: string): FailedReply {
  return { ok: false, code: 'caller.context-unusable', detail: { identifier, reason: 'unknown' } };
}
