/** Requests whose answers are awaited: what an answer is paired with. */
import type { Secret, SecurityContext } from '@parley/core';
import { Fault } from '@parley/core';
import type { InitiatorHandshake } from '../bootstrap/bootstrap.ts';
import { wipeContext } from '../store/context-copy.ts';
import type { Negotiated } from './negotiated.ts';

/** A request of trust that waits for its answer. */
export interface TrustExchange {
  /** The Context attribute, if one is sent: an answer may repeat, and not change it. */
  readonly context: string | undefined;
  /** What we contributed to the key. */
  readonly entropy: Secret | undefined;
  /** What the bootstrap began; none for what the context itself protects. */
  readonly handshake: InitiatorHandshake | undefined;
  /** Where the parties agree in several legs. */
  readonly negotiated?: Negotiated | undefined;
}

/** Wipes what was kept for an exchange. */
export function wipeExchange(trust: TrustExchange | undefined): void {
  trust?.entropy?.wipe();
  trust?.handshake?.wipe();
  trust?.negotiated?.wipe();
}

/** A request that was sent. */
export interface OpenRequest {
  readonly operation: 'issue' | 'renew' | 'cancel' | 'amend' | 'propagate' | 'transfer' | 'call';
  /** wsa:MessageID; of an application's request without one, a name of our own. */
  readonly messageId: string;
  readonly signatureValues: readonly string[];
  readonly sentAtMs: number;
  readonly trust: TrustExchange | undefined;
  /** Of a call: its context with the key that it was sent under, for its answer, whatever becomes of the one in use. Its own. */
  readonly under?: SecurityContext;
  /** In or about a sequence: what is said of that in return may name no message. */
  readonly isSequenced?: boolean;
}

/** A bounded table of them. */
export class OpenRequests {
  readonly #max: number;
  readonly #withinMs: number;
  readonly #requests = new Map<string, OpenRequest>();

  constructor(max: number, withinMs: number) {
    this.#max = max;
    this.#withinMs = withinMs;
  }

  get size(): number {
    return this.#requests.size;
  }

  /** @throws Fault `internal.quota` when it is full; `caller.input-invalid` a MessageID that is awaited already */
  add(request: OpenRequest): void {
    if (this.#requests.has(request.messageId))
      throw new Fault('caller.input-invalid', { reason: 'a MessageID that is in use', messageId: request.messageId });
    if (this.#requests.size >= this.#max) this.#dropOverdue(request.sentAtMs);
    if (this.#requests.size >= this.#max) throw new Fault('internal.quota', { openRequests: this.#requests.size });
    this.#requests.set(request.messageId, request);
  }

  /** The request called `messageId`, if it still waits at `atMs`. */
  find(messageId: string, atMs: number): OpenRequest | undefined {
    const request = this.#requests.get(messageId);
    return request === undefined || atMs - request.sentAtMs > this.#withinMs ? undefined : request;
  }

  /** Ends the waiting, and wipes what was kept for it. */
  close(messageId: string): void {
    const request = this.#requests.get(messageId);
    wipeExchange(request?.trust);
    wipeContext(request?.under);
    this.#requests.delete(messageId);
  }

  /** Ends the waiting, and leaves what was kept to the next request of the exchange. */
  release(messageId: string): void {
    this.#requests.delete(messageId);
  }

  /** Whether one of the requests that wait has this signature. */
  hasSigned(value: string): boolean {
    for (const { signatureValues } of this.#requests.values()) if (signatureValues.includes(value)) return true;
    return false;
  }

  closeAll(): void {
    for (const messageId of [...this.#requests.keys()]) this.close(messageId);
  }

  // The oldest stand first.
  #dropOverdue(atMs: number): void {
    for (const [messageId, { sentAtMs }] of this.#requests) {
      if (atMs - sentAtMs <= this.#withinMs) return;
      this.close(messageId);
    }
  }
}
