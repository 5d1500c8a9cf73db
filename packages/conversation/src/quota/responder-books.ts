/** What a responder tells those who operate it. */
import type { FailedReply, Telemetry } from '@parley/core';
import type { CompleteTelemetry } from '@parley/core/internal';
import { completeTelemetry } from '@parley/core/internal';
import type { Alarm } from './alarm-bell.ts';
import type { PrincipalQuota } from './principal-quota.ts';

/** What a request was, and of which context. */
export interface Entry {
  readonly kind: string;
  readonly identifier?: string;
  readonly principal?: string | undefined;
  readonly expiresAtMs?: number;
}

/** Counts what was answered, and writes down which contexts began and ended. */
export class ResponderBooks {
  readonly #telemetry: CompleteTelemetry;
  readonly #endWatch: () => void;

  /** `nowMs`: by whose time contexts are live. */
  constructor(telemetry: Telemetry | undefined, quota: PrincipalQuota, nowMs: () => number) {
    this.#telemetry = completeTelemetry(telemetry);
    this.#endWatch = this.#telemetry.meter.watch('parley_contexts_live', () => [
      { labels: {}, value: quota.liveAt(nowMs()) },
    ]);
  }

  answered({ kind, identifier, principal, expiresAtMs }: Entry): void {
    const { meter, logger } = this.#telemetry;
    meter.add('parley_requests_total', { outcome: kind }, 1);
    if (NOTED.has(kind)) logger.info({ identifier, principal, expiresAtMs }, kind);
  }

  refused({ code, detail }: FailedReply): void {
    const quota = code === 'internal.quota' ? String(detail['quota'] ?? '') : '';
    this.#telemetry.meter.add('parley_refused_total', { code, quota }, 1);
  }

  alarmed({ kind, code, detail, suppressed }: Alarm): void {
    this.#telemetry.logger.warn({ kind, code, detail, suppressed }, 'alarm');
  }

  close(): void {
    this.#endWatch();
  }
}

/** What changes which contexts there are; messages are too many for a log. */
const NOTED: ReadonlySet<string> = new Set(['issued', 'renewed', 'cancelled', 'amended', 'propagated']);
