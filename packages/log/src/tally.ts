import type { FaultCode, FaultDetail } from '@parley/core';

const FIRST_REFUSED_MAX = 5;

/** What a verification came to. */
export interface VerifySummary {
  readonly messages: number;
  readonly valid: number;
  /** Code -> how often, most frequent first. */
  readonly refused: Readonly<Partial<Record<FaultCode, number>>>;
  /** Code -> ids of the first records that were refused with it, at most 5, in the same order. */
  readonly firstRefused: Readonly<Partial<Record<FaultCode, readonly string[]>>>;
  /** Code -> the particulars of the first refusal with it, in the same order. */
  readonly firstDetails: Readonly<Partial<Record<FaultCode, FaultDetail>>>;
  /** Octets of the messages themselves. */
  readonly octets: number;
  readonly elapsedMs: number;
  readonly messagesPerSecond: number;
  readonly megabytesPerSecond: number;
  /** `false` when the signal stopped it. */
  readonly complete: boolean;
}

/** Why a record was refused. */
export interface Refused {
  readonly code: FaultCode;
  readonly detail: FaultDetail;
}

/** Counts results. */
export class Tally {
  octets = 0;
  #messages = 0;
  #valid = 0;
  readonly #refused = new Map<
    FaultCode,
    { count: number; readonly firstIds: string[]; readonly firstDetail: FaultDetail }
  >();

  /** So many more are valid. */
  good(count = 1): void {
    this.#messages += count;
    this.#valid += count;
  }

  /** One more is refused; `id` is asked of the first with a code. */
  refused({ code, detail }: Refused, id: () => string): void {
    this.#messages += 1;
    const refused = this.#refused.get(code) ?? { count: 0, firstIds: [], firstDetail: detail };
    this.#refused.set(code, refused);
    refused.count += 1;
    if (refused.firstIds.length < FIRST_REFUSED_MAX) refused.firstIds.push(id());
  }

  summary(elapsedMs: number, complete: boolean): VerifySummary {
    const seconds = Math.max(elapsedMs, 1) / 1000;
    const byCount = [...this.#refused].sort(([, left], [, right]) => right.count - left.count);
    return {
      messages: this.#messages,
      valid: this.#valid,
      refused: Object.fromEntries(byCount.map(([code, { count }]) => [code, count])),
      firstRefused: Object.fromEntries(byCount.map(([code, { firstIds }]) => [code, firstIds])),
      firstDetails: Object.fromEntries(byCount.map(([code, { firstDetail }]) => [code, firstDetail])),
      octets: this.octets,
      elapsedMs,
      messagesPerSecond: this.#messages / seconds,
      megabytesPerSecond: this.octets / 1e6 / seconds,
      complete,
    };
  }
}
