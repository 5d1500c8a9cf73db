import cliProgress from 'cli-progress';
import { grouped } from './verify-report.ts';

/** How far a verification is, for a person who waits. */
export interface Progress {
  /** `bytes` more were read. */
  read(bytes: number): void;
  /** So many more messages were answered. */
  answered(valid: number, refused: number): void;
  stop(): void;
}

export const NO_PROGRESS: Progress = { read: () => undefined, answered: () => undefined, stop: () => undefined };

/** Drawn beside the longest text that there is, it fits into 80 columns. */
const BAR_COLUMNS = 12;

const FORMAT_SIZED = '{bar} {percentage} % │ {messages} messages │ {refused} refused │ {rate}/s │ {left}';
const FORMAT_ENDLESS = '{messages} messages │ {refused} refused │ {rate}/s │ {duration_formatted}';

/** What all bars on a terminal have in common. */
export function terminalBar(stream: NodeJS.WritableStream, format: string): InstanceType<typeof cliProgress.SingleBar> {
  const options = {
    format,
    stream,
    hideCursor: true,
    clearOnComplete: true,
    etaBuffer: 200,
    fps: 10,
    barsize: BAR_COLUMNS,
  };
  return new cliProgress.SingleBar(options, cliProgress.Presets.shades_classic);
}

/** A bar on `stream`, a terminal; without a total, only the counts. */
export function progressBar(stream: NodeJS.WritableStream, totalBytes: number | undefined): Progress {
  const format = totalBytes === undefined ? FORMAT_ENDLESS : FORMAT_SIZED;
  const bar = terminalBar(stream, format);
  const startedMs = performance.now();
  let bytes = 0;
  let messages = 0;
  let refused = 0;
  const payload = (): Readonly<Record<string, string>> => {
    const seconds = Math.max(performance.now() - startedMs, 1) / 1000;
    const left = totalBytes === undefined || bytes === 0 ? '' : timeLeft((seconds * (totalBytes - bytes)) / bytes);
    return { messages: grouped(messages), refused: grouped(refused), rate: grouped(messages / seconds), left };
  };
  // A total of 0 would divide by it.
  bar.start(Math.max(totalBytes ?? 1, 1), 0, payload());
  return {
    read: (count) => {
      bytes += count;
    },
    answered: (moreValid, moreRefused) => {
      const before = messages;
      messages += moreValid + moreRefused;
      refused += moreRefused;
      // Cheap enough at this pace; the bar draws ten times a second whatever it is told.
      if (messages >> 6 !== before >> 6) bar.update(totalBytes === undefined ? 0 : bytes, payload());
    },
    stop: () => {
      bar.update(totalBytes === undefined ? 0 : bytes, payload());
      bar.stop();
    },
  };
}

/** A bar on `stream`, a terminal, for `total` messages that are made; `undefined` draws nothing. */
export function countingBar(stream: NodeJS.WritableStream | undefined, total: number): { made(): void; stop(): void } {
  if (stream === undefined) return { made: () => undefined, stop: () => undefined };
  const format = '{bar} {value} of {total} messages made';
  const bar = terminalBar(stream, format);
  let count = 0;
  bar.start(total, 0, {});
  return {
    made: () => {
      count += 1;
      bar.update(Math.min(count, total), {});
    },
    stop: () => bar.stop(),
  };
}

/** How long it will take, in words. */
export function timeLeft(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  return whole < 60 ? `${whole} s left` : `${Math.floor(whole / 60)} min ${whole % 60} s left`;
}
