import { setTimeout as pause } from 'node:timers/promises';
import { Fault } from '@parley/core';
import type { BusAddress } from './bus-address.ts';

/** How long a bus that is not there is waited for, and who is told. */
export interface Patience {
  /** `undefined`: for ever. */
  readonly waitMaxMs: number | undefined;
  /** Told for whom it waits, once it is noticed and every ten seconds. */
  readonly tell: (waiting: {
    readonly event: 'waiting';
    readonly option: string;
    readonly for: string;
  }) => Promise<void>;
}

const NOTICED_MS = 1000;
const TOLD_EVERY_MS = 10_000;

/** What `opening` comes to. @throws Fault `internal.bus-unavailable` the bus at `address` was not there in time; what `opening` throws */
export async function awaited<T>(
  opening: Promise<T>,
  address: BusAddress,
  option: string,
  { waitMaxMs, tell }: Patience,
): Promise<T> {
  // safety: user and password stay out of what is said.
  const name = `${address.scheme}://${address.hosts.join()}`;
  const said = { event: 'waiting', option, for: name } as const;
  const over = new AbortController();
  const telling = told(() => tell(said), over.signal);
  const late = waitMaxMs === undefined ? [] : [deadline(waitMaxMs, { option, bus: name }, over.signal)];
  try {
    return await Promise.race([opening, ...late]);
  } finally {
    over.abort();
    await telling;
  }
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

async function deadline(waitMaxMs: number, detail: object, signal: AbortSignal): Promise<never> {
  await pause(waitMaxMs, undefined, { signal });
  throw new Fault('internal.bus-unavailable', { ...detail, waitedMs: waitMaxMs });
}

const TRIED_EVERY_MS = 1000;
/** What says that nobody is there (yet), and nothing else. */
const ABSENCES = [
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'EPIPE',
] as const;

/** Connects again as long as nobody is there. @throws what `connect` fails with otherwise */
export async function connectedInTime<T>(connect: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await connect();
    } catch (error) {
      if (!isAbsence(error)) throw error;
      await pause(TRIED_EVERY_MS);
    }
  }
}

/** Clients wrap what the socket said. */
function isAbsence(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const said = `${'code' in error ? error.code : ''} ${error.message}`;
  return ABSENCES.some((each) => said.includes(each)) || isAbsence(error.cause);
}
