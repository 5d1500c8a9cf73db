/** How things are timed: in rounds, one after the other in every round, so that a change of the machine hits all alike. */
import { Bench } from 'tinybench';

/** Whether a message of that name takes part; the empty name is of what works on none. */
export type Wanted = (name: string) => boolean;

/** One thing to measure. */
export interface Subject {
  readonly name: string;
  /** What it works on, if that varies. */
  readonly message: string | undefined;
  /** Octets that one message stands for; 0 when a rate in octets means nothing. */
  readonly bytes: number;
  /** The name of the subject in the same group that it is to be set against. */
  readonly against?: string;
}

/** A subject that ends before it returns. */
export interface SynchronousSubject extends Subject {
  /** Its rounds are so many times as long: for what leaves garbage that is collected only now and then. */
  readonly roundFactor?: number;
  /** Handles one message. */
  run(): unknown;
}

/** A subject that handles many messages in one run. */
export interface AsynchronousSubject extends Subject {
  readonly messages: number;
  run(): Promise<void>;
}

/** A subject in another process, which times itself. */
export interface RemoteSubject extends Subject {
  /** As of a {@link SynchronousSubject}. */
  readonly roundFactor?: number;
  /** Handles messages for about so long; gives what one took. */
  runFor(ms: number): Promise<{ readonly wallUs: number; readonly cpuUs: number }>;
}

export interface Rounds {
  readonly rounds: number;
  /** Time for one subject in one round. */
  readonly roundMs: number;
  /** The longest that a subject runs uncounted before the first round, for the compiler. */
  readonly warmUpMs: number;
}

/** Of the rounds. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** What became of a {@link Subject}. The shape is documented in README.md; a reader of `--json` sees it. */
export interface Measurement {
  readonly name: string;
  readonly message: string | null;
  readonly bytes: number;
  /** Wall-clock time per message, microseconds: of each round the mean, of the rounds the median. */
  readonly wallUs: Spread;
  /** Time of all threads of the process on a CPU, per message, microseconds. */
  readonly cpuUs: Spread;
  readonly messagesPerSecond: number;
  /** 10^6 octets per second. */
  readonly megabytesPerSecond: number | null;
  /** Its wall time over that of another subject in the same round. */
  readonly against: { readonly name: string; readonly ratio: Spread } | null;
}

interface Times {
  readonly wallUs: number[];
  readonly cpuUs: number[];
}

// A sample is several calls, so that reading the clock costs nothing beside it.
const SAMPLE_MS = 0.5;
const CALLS_PER_SAMPLE_MAX = 256;
// `open` gains speed for some 4000 calls.
const WARM_UP_CALLS = 6000;

/** Measures subjects of one group: A B C, A B C, … */
export function measure(
  subjects: readonly SynchronousSubject[],
  { rounds, roundMs, warmUpMs }: Rounds,
): readonly Measurement[] {
  const timed = subjects.map((subject) => ({ subject, calls: warmUp(subject, warmUpMs), times: noTimes() }));
  for (let round = 0; round < rounds; round++) {
    for (const { subject, calls, times } of timed)
      runRound(subject, calls, roundMs * (subject.roundFactor ?? 1), times);
  }
  return measurementsOf(timed);
}

// The compilers of other virtual machines need longer.
const REMOTE_WARM_UP_FACTOR = 2;

/** As {@link measure}, with subjects of other processes among them. */
export async function measureBeside(
  subjects: readonly (SynchronousSubject | RemoteSubject)[],
  { rounds, roundMs, warmUpMs }: Rounds,
): Promise<readonly Measurement[]> {
  const timed = [];
  for (const subject of subjects) {
    const times = noTimes();
    if ('run' in subject) {
      const calls = warmUp(subject, warmUpMs);
      timed.push({ subject, times, runRound: (ms: number) => runRound(subject, calls, ms, times) });
    } else {
      await subject.runFor(warmUpMs * REMOTE_WARM_UP_FACTOR);
      timed.push({ subject, times, runRound: async (ms: number) => append(times, await subject.runFor(ms)) });
    }
  }
  for (let round = 0; round < rounds; round++) {
    for (const { subject, runRound } of timed) await runRound(roundMs * (subject.roundFactor ?? 1));
  }
  return measurementsOf(timed);
}

/** As {@link measure}, for subjects that run once per round. The run before the first round is not counted. */
export async function measureRuns(
  subjects: readonly AsynchronousSubject[],
  rounds: number,
): Promise<readonly Measurement[]> {
  const timed = subjects.map((subject) => ({ subject, times: noTimes() }));
  for (const { subject } of timed) await subject.run();
  for (let round = 0; round < rounds; round++) {
    for (const { subject, times } of timed) {
      const cpuBefore = process.cpuUsage();
      const before = performance.now();
      await subject.run();
      times.wallUs.push(((performance.now() - before) * 1000) / subject.messages);
      times.cpuUs.push(cpuSinceUs(cpuBefore) / subject.messages);
    }
  }
  return measurementsOf(timed);
}

// Results go where the optimiser must take them to be seen.
const kept: { result: unknown } = { result: undefined };

/** Runs `subject` until it is compiled; answers how many calls make one sample. */
function warmUp({ run }: SynchronousSubject, warmUpMs: number): number {
  const start = performance.now();
  let calls = 0;
  do {
    kept.result = run();
    calls++;
  } while (calls < WARM_UP_CALLS && performance.now() - start < warmUpMs);
  const callMs = (performance.now() - start) / calls;
  return Math.max(1, Math.min(CALLS_PER_SAMPLE_MAX, Math.round(SAMPLE_MS / callMs)));
}

function runRound({ name, run }: SynchronousSubject, calls: number, roundMs: number, times: Times): void {
  let cpuBefore = process.cpuUsage();
  let cpuUs = 0;
  const bench = new Bench({
    time: roundMs,
    iterations: 1,
    warmup: false,
    throws: true,
    setup: () => {
      cpuBefore = process.cpuUsage();
    },
    teardown: () => {
      cpuUs = cpuSinceUs(cpuBefore);
    },
  });
  bench.add(
    name,
    () => {
      for (let call = 0; call < calls; call++) kept.result = run();
    },
    { async: false },
  );
  const [result] = bench.runSync().map((task) => task.result);
  if (result?.state !== 'completed') throw new Error(`${name}: ${result?.state}`);
  times.wallUs.push((result.latency.mean * 1000) / calls);
  times.cpuUs.push(cpuUs / (result.latency.samplesCount * calls));
}

function append(times: Times, { wallUs, cpuUs }: { readonly wallUs: number; readonly cpuUs: number }): void {
  times.wallUs.push(wallUs);
  times.cpuUs.push(cpuUs);
}

function noTimes(): Times {
  return { wallUs: [], cpuUs: [] };
}

function cpuSinceUs(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

function measurementsOf(
  timed: ReadonlyArray<{ readonly subject: Subject; readonly times: Times }>,
): readonly Measurement[] {
  return timed.map(({ subject, times }) => {
    const wallUs = spreadOf(times.wallUs);
    const other = timed.find((candidate) => candidate.subject.name === subject.against);
    return {
      name: subject.name,
      message: subject.message ?? null,
      bytes: subject.bytes,
      wallUs,
      cpuUs: spreadOf(times.cpuUs),
      messagesPerSecond: 1e6 / wallUs.median,
      megabytesPerSecond: subject.bytes === 0 ? null : subject.bytes / wallUs.median,
      against:
        other === undefined
          ? null
          : {
              name: other.subject.name,
              ratio: spreadOf(times.wallUs.map((value, round) => value / other.times.wallUs[round]!)),
            },
    };
  });
}

/** Median, least and greatest of at least one value. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return { median, min: sorted[0]!, max: sorted[sorted.length - 1]! };
}
