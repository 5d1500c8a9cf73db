import type { Unit } from '../job/names.ts';

/** A piece of work that this process has been given. */
export interface TakenUnit {
  readonly unit: Unit;
  /** It is done, and need not be given to anybody again. */
  done(): Promise<void>;
  /** It is not done, and may be given to another at once. */
  giveBack(): Promise<void>;
}

/**
 * Hands out pieces of work to processes, each at least once. It need not be believed: what is done is what the store says, and a piece that
 * is given out twice comes to the same. What fails for what may pass is asked for again, after a look into the store.
 */
export interface WorkQueue {
  /** Gets ready for the pieces of one job. */
  open(job: string): Promise<void>;
  /** Makes known what is not done, unless it knows already. */
  offer(units: readonly Unit[]): Promise<void>;
  /** The next piece, which is this process's as long as it lives; `undefined` when none has come for a second or so. */
  take(): Promise<TakenUnit | undefined>;
  /** Nothing is left to be done. */
  finish(): Promise<void>;
}
