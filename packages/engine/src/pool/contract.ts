import type { FailedReply, FaultCode, Meter, Reply, SecurityContext } from '@parley/core';
import type { ContextMessage, OpenedMessage } from '../message/opened-message.ts';
import type { ReplayEntry, ReplayShare } from '../message/replay-memory.ts';
import type { Policy } from '../policy/policy.ts';
import type { SealedMessage } from '../seal/request.ts';
import type { PoolCredentials } from './transfer/credentials.ts';
import type { PoolBootstrapSealRequest, PoolSealRequest } from './transfer/seal-request.ts';
import type { Verdict } from './transfer/verdict.ts';

/** What happened to the contexts of a resolver since a position. */
export interface ContextChanges {
  /** To ask from next time. */
  readonly position: number;
  /** Those that are not what they were; `undefined` when that cannot be told any more: each may be. */
  readonly identifiers: readonly string[] | undefined;
}

/** Looks a context up where the truth is; a context store is one. */
export interface ContextResolver {
  /** The context, whose secrets stay the resolver's, or `undefined` if there is none. Rejects when it cannot tell. */
  get(identifier: string): Promise<SecurityContext | undefined>;
  /**
   * What changed, by whomever, since a position that an earlier call gave; without one, where to begin. Rejects when it
   * cannot tell. A resolver that has no such thing is asked for every context again ({@link PoolOptions.contextAgeMaxMs}).
   */
  changes?(since?: number): Promise<ContextChanges>;
}

export interface PoolOptions {
  /**
   * Threads; 0 works inline on the calling thread, with the same answers. libxml2 works on the calling thread alone: the
   * readers `libxml` and `cross-check` need 0, and with `auto` the calling thread reads what is not UTF-8.
   */
  readonly workers: number;
  /** Without {@link credentials}, it takes keys of contexts only. */
  readonly policy: Policy;
  readonly contexts: ContextResolver;
  /** For messages that no context secures, and to endorse. With them, an answer may be of any kind. */
  readonly credentials?: PoolCredentials | undefined;
  /** Messages that travel together. Default 64. */
  readonly batchMessagesMax?: number;
  /** Octets that travel together, unless one message alone is larger. Default 1 MiB. */
  readonly batchBytesMax?: number;
  /** Octets taken in and not yet answered, all together. Default 64 MiB. One message always fits an empty queue. */
  readonly queueBytesMax?: number;
  /** Messages taken in and not yet answered. Default 8192. As many more callers may wait. */
  readonly queueMessagesMax?: number;
  /** With a full queue: `wait` (the default) holds the call back; `refuse` answers `internal.busy` at once. */
  readonly whenFull?: 'wait' | 'refuse';
  /** Contexts that each worker holds. Default 4096. */
  readonly cachedContextsMax?: number;
  /** Shapes of messages that each worker knows again (`templatesMax` of a workspace). Default 64; 0 opens all in full. */
  readonly templatesMax?: number;
  /**
   * How much later than its resolver a worker may know that a context changed, was cancelled or is gone, whoever did it. Default
   * 1000; 0 asks before every batch (at least 100 for a resolver without `changes`). What this process changes itself is best told to {@link Pool.evict}, which waits.
   */
  readonly contextAgeMaxMs?: number;
  /** Time for one message, after which its worker is ended. Default 5000. */
  readonly jobTimeoutMs?: number;
  /** Heap of one worker, in MiB; beyond it the worker is ended. Default 512. */
  readonly workerHeapMiBMax?: number;
  /**
   * The module `@parley/engine/pool-worker`, where a bundler has put it: a `file:` URL or a path. Default: where this package has it.
   */
  readonly workerUrl?: string | URL | undefined;
  /** Where what {@link Pool.stats} says goes, too: it is asked when somebody wants to know. */
  readonly meter?: Meter | undefined;
  /** Told of each message that is refused, before its caller is: for a log. What it throws becomes a warning of the process. */
  readonly onRefused?: ((refusal: Pick<FailedReply, 'code' | 'detail'>) => void) | undefined;
}

/** What is to be remembered before a message is decrypted. */
export interface DecryptionEntry extends ReplayEntry {
  /** The time that the message is judged at. */
  readonly nowMs: number;
  readonly share: ReplayShare;
}

export interface PoolMessage {
  /** Borrowed until the promise settles; copied once, into shared memory, when a worker has time for it. */
  readonly message: Uint8Array;
  /** Epoch milliseconds to judge it at; `message` takes the message's own Timestamp. */
  readonly atMs: number | 'message';
  /** Of the HTTP request, to be compared with the signed wsa:Action. */
  readonly soapAction?: string;
  /** For a response: what the request was signed with ({@link SealedMessage.signatureValues}). */
  readonly signatureValuesSent?: readonly string[];
  /**
   * Asked, on the calling thread, before what CBC hides is decrypted under a signature in clear (T37), which then takes the
   * worker a second look at the message. It inserts the entry into the replay cache, and says whether it was absent; if not, the
   * answer is `peer.replay`. Without it, such messages are decrypted as often as they come.
   */
  readonly mayDecrypt?: (entry: DecryptionEntry) => boolean | Promise<boolean>;
}

/** An envelope to be sealed (borrowed until it is answered), and how. */
export interface PoolEnvelope {
  readonly envelope: Uint8Array;
  readonly request: PoolSealRequest | PoolBootstrapSealRequest;
}

export interface CallOptions {
  /** Answers what has no answer yet with `caller.aborted`, at once. */
  readonly signal?: AbortSignal | undefined;
}

/** How a stream of messages is worked through. */
export interface AllOptions extends CallOptions {
  /** Messages that were read and whose answers have not been taken, at most. Default: four batches per worker. */
  readonly concurrency?: number | undefined;
  /** Whether answers come in the order of the messages (the default), or as they are there. */
  readonly ordered?: boolean | undefined;
}

/** One message of a stream, as it was given, and its answer. */
export interface Answered<Given, Value> {
  readonly given: Given;
  readonly reply: Reply<Value>;
}

/**
 * What happened since the pool was made. The same as it happens, on channels of `node:diagnostics_channel`: `parley:pool:refused`
 * (`{ code, detail }`), `parley:pool:batch` (`{ kind, threadId, messages, busyMs }`), `parley:pool:worker-lost` (`{ workersLost }`).
 */
export interface PoolStats {
  /** Messages taken in. */
  readonly messages: number;
  readonly bytes: number;
  /** Batches given to a worker. */
  readonly batches: number;
  /** Batches given to a worker again because one died. */
  readonly retries: number;
  readonly workersLost: number;
  /** Messages that a template opened. */
  readonly byTemplate: number;
  /** Messages taken in that still take up room: those that are not yet answered, and those of an aborted call until a worker has let go of them. */
  readonly queued: number;
  /** Code -> messages that were refused with it. */
  readonly refused: Readonly<Partial<Record<FaultCode, number>>>;
  /** From when a message is taken in to its answer; all 0 before the first. */
  readonly latency: PoolLatency;
  /** Times that the resolver was asked for a context which no worker had. */
  readonly contextsAsked: number;
  /** What each thread has done so far, in the order in which they began; threads that died are among them. */
  readonly workers: readonly WorkerLoad[];
}

export interface PoolLatency {
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly meanMs: number;
}

export interface WorkerLoad {
  readonly threadId: number;
  readonly batches: number;
  readonly messages: number;
  /** Spent on batches; the rest of its time it waited for some. */
  readonly busyMs: number;
}

/** What verification in bulk needs: every pool is one, and what stands in for a pool need be no more. */
export interface BatchVerifier<Message extends OpenedMessage = OpenedMessage> {
  /** Opens many, without the verified octets: one reply per message, in order. What verdicts say alike they may share, frozen. */
  verifyBatch(messages: readonly PoolMessage[], options?: CallOptions): Promise<readonly Reply<Verdict<Message>>[]>;
}

/**
 * `open` and `seal` on worker threads. Every message has one {@link Reply}, whatever happens to the workers; a call
 * rejects only with the Fault `caller.input-invalid` or `caller.option-invalid`, before anything is taken in, for what is no message at all. Replies of the pool itself: `internal.busy`, `internal.worker-lost` (this message ended three workers),
 * `internal.store-unavailable`, `caller.closed`. Whether a proven message is a replay is decided once, by whoever holds the
 * replay cache, with what the answer says of it ({@link replayEntries}).
 */
export interface Pool<Message extends OpenedMessage = ContextMessage> extends BatchVerifier<Message> {
  /** Opens one message. Calls made in one turn of the event loop travel together. The answer is the caller's. */
  open(message: PoolMessage, options?: CallOptions): Promise<Reply<Message>>;
  /**
   * Opens many: one reply per message, in order. The octets of messages that travelled together are views of one buffer, each message's
   * of its own part; copy what is to be kept for long, or transferred. Their keys may be shared, frozen.
   */
  openBatch(messages: readonly PoolMessage[], options?: CallOptions): Promise<readonly Reply<Message>[]>;
  /**
   * Seals `envelope` (borrowed until the promise settles). `caller.context-unusable` for an unknown context;
   * `caller.option-invalid` for a private key that is none of the pool's.
   */
  seal(
    envelope: Uint8Array,
    request: PoolSealRequest | PoolBootstrapSealRequest,
    options?: CallOptions,
  ): Promise<Reply<SealedMessage>>;
  /**
   * Opens a stream of messages, each borrowed until its answer comes. Reads on only while there is room, so a slow reader slows the
   * source down. Whatever else the messages carry comes back with their answers. Octets are shared as by {@link openBatch}.
   *
   * @throws Fault (the iteration) `caller.aborted`; what `messages` throws, once all that came before is answered
   */
  openAll<Given extends PoolMessage>(
    messages: AsyncIterable<Given> | Iterable<Given>,
    options?: AllOptions,
  ): AsyncGenerator<Answered<Given, Message>, void, undefined>;
  /** As {@link openAll}, without the verified octets. */
  verifyAll<Given extends PoolMessage>(
    messages: AsyncIterable<Given> | Iterable<Given>,
    options?: AllOptions,
  ): AsyncGenerator<Answered<Given, Verdict<Message>>, void, undefined>;
  /** As {@link openAll}, for {@link seal}. */
  sealAll<Given extends PoolEnvelope>(
    envelopes: AsyncIterable<Given> | Iterable<Given>,
    options?: AllOptions,
  ): AsyncGenerator<Answered<Given, SealedMessage>, void, undefined>;
  /**
   * Resolves when no answer can rest on the context as it was at the time of the call. To be awaited between changing
   * a context in its store (cancel, renew) and acknowledging that.
   */
  evict(identifier: string): Promise<void>;
  readonly stats: PoolStats;
  /** Answers what was taken in, ends the workers, wipes their contexts. Later calls answer `caller.closed`. */
  close(): Promise<void>;
  /** {@link close}: `await using pool = createPool(…)`. */
  [Symbol.asyncDispose](): Promise<void>;
}
