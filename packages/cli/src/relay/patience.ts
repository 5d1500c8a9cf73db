import { setTimeout as pause } from 'node:timers/promises';
import { Fault } from '@parley/core';
import { connectionFailure, connectionReason } from '@parley/core/internal';
import type { BusAddress } from './bus-address.ts';

/** How long a bus that is not there is waited for, and who is told. */
export interface Patience {
  /** `undefined`: for ever. */
  readonly waitMaxMs: number | undefined;
  /** Told for whom it waits, and how it failed last, once it is noticed and every ten seconds. */
  readonly tell: (waiting: Waiting) => Promise<void>;
}

export interface Waiting {
  readonly event: 'waiting';
  readonly option: string;
  readonly for: string;
  readonly reason?: string;
}

/** Is told of each try that failed. */
export type OnFailed = (error: unknown) => void;

const NOTICED_MS = 1000;
const TOLD_EVERY_MS = 10_000;

/**
 * What `open` comes to, which the option `option` has the address of.
 * @throws Fault `internal.bus-unavailable` the bus at `address` was not there in time, or is nothing to wait for; what else `open` throws
 */
export async function awaited<T>(
  open: (failed: OnFailed) => Promise<T>,
  address: BusAddress,
  option: string,
  { waitMaxMs, tell }: Patience,
): Promise<T> {
  // safety: user and password stay out of what is said.
  const bus = `${address.scheme}://${address.hosts.join()}`;
  let reason: string | undefined;
  const failed: OnFailed = (error) => {
    reason = connectionReason(error) ?? reason;
  };
  const why = (): object => (reason === undefined ? {} : { reason });
  const over = new AbortController();
  const telling = told(() => tell({ event: 'waiting', option, for: bus, ...why() }), over.signal);
  const late = async (waitedMs: number): Promise<never> => {
    await pause(waitedMs, undefined, { signal: over.signal });
    throw new Fault('internal.bus-unavailable', { option, bus, ...why(), waitedMs });
  };
  const opening = open(failed).catch((error: unknown) => {
    throw error instanceof Fault ? error : unreachable(error, option, bus);
  });
  try {
    return await Promise.race([opening, ...(waitMaxMs === undefined ? [] : [late(waitMaxMs)])]);
  } finally {
    over.abort();
    await telling;
  }
}

function unreachable(error: unknown, option: string, bus: string): Fault {
  const reason = connectionReason(error) ?? (error instanceof Error ? error.name : 'unknown');
  return new Fault('internal.bus-unavailable', { option, bus, reason }, error);
}

async function told(tell: () => Promise<void>, signal: AbortSignal): Promise<void> {
  try {
    await pause(NOTICED_MS, undefined, { signal });
    for (;;) {
      await tell();
      await pause(TOLD_EVERY_MS, undefined, { signal });
    }
  } catch (error) {
    // It is there, or nobody waits any more.
    if (!signal.aborted) throw error;
  }
}

const TRIED_EVERY_MS = 1000;
/** What says that nobody is there (yet), and nothing else. */
const ABSENCES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'EPIPE',
]);

/** Connects again as long as nobody is there. @throws what `connect` fails with otherwise */
export async function connectedInTime<T>(connect: () => Promise<T>, failed: OnFailed): Promise<T> {
  for (;;) {
    try {
      return await connect();
    } catch (error) {
      if (!ABSENCES.has(connectionFailure(error)?.code ?? '')) throw error;
      failed(error);
      await pause(TRIED_EVERY_MS);
    }
  }
}
