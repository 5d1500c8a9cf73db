/** Alarms: what somebody should look at, as events, and not as many as there are requests. */
import type { FailedReply } from '@parley/core';
import { Fault } from '@parley/core';
import { failedReply } from '@parley/core/internal';

/** What is used up, or does not work. */
export type AlarmKind =
  | 'contexts'
  | 'contexts-total'
  | 'requests'
  | 'messages'
  | 'principals'
  | 'addresses'
  | 'login'
  | 'replay'
  | 'replay-share'
  | 'replay-context'
  | 'clock'
  | 'callback-failed'
  | 'store-unavailable'
  | 'store-corrupt';

export interface Alarm {
  readonly kind: AlarmKind;
  readonly code: FailedReply['code'];
  /** Counts, and whose they are (`principal`), as in the failure. */
  readonly detail: FailedReply['detail'];
  readonly atMs: number;
  /** Alarms of this kind since the last one that was told. */
  readonly suppressed: number;
}

const BY_QUOTA: ReadonlySet<unknown> = new Set<AlarmKind>([
  'contexts',
  'contexts-total',
  'requests',
  'messages',
  'principals',
  'addresses',
  'login',
  'replay',
  'replay-share',
  'replay-context',
]);
const BY_CODE: Readonly<Record<string, AlarmKind>> = {
  'caller.callback-failed': 'callback-failed',
  'internal.clock-stepped': 'clock',
  'internal.store-unavailable': 'store-unavailable',
  'internal.store-corrupt': 'store-corrupt',
};
/** Between two of one kind. */
const QUIET_MS = 60_000;

/** Tells of each kind once a minute, and how many it did not tell of. */
export class AlarmBell {
  readonly #onAlarm: ((alarm: Alarm) => void) | undefined;
  readonly #told = new Map<AlarmKind, { atMs: number; suppressed: number }>();

  constructor(onAlarm: ((alarm: Alarm) => void) | undefined) {
    this.#onAlarm = onAlarm;
  }

  /** A clock went back. Does not throw. */
  hearOfClock(backMs: number, nowMs: number): void {
    this.hear(failedReply(new Fault('internal.clock-stepped', { backMs })), nowMs);
  }

  /** Looks whether `failure` is one to be told of. Does not throw. */
  hear({ code, detail }: FailedReply, atMs: number): void {
    const kind = kindOf(code, detail);
    if (this.#onAlarm === undefined || kind === undefined) return;
    const told = this.#told.get(kind);
    // A clock that goes back must not silence it for as long.
    if (told !== undefined && Math.abs(atMs - told.atMs) < QUIET_MS) {
      told.suppressed++;
      return;
    }
    this.#told.set(kind, { atMs, suppressed: 0 });
    try {
      this.#onAlarm({ kind, code, detail, atMs, suppressed: told?.suppressed ?? 0 });
    } catch {
      // Whoever listens must not decide over the request.
    }
  }
}

function kindOf(code: string, detail: FailedReply['detail']): AlarmKind | undefined {
  const quota = code === 'internal.quota' ? detail['quota'] : undefined;
  return BY_QUOTA.has(quota) ? (quota as AlarmKind) : BY_CODE[code];
}
