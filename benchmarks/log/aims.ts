/** What a log is to be verified with, said of the figures as they are. */
import type { LogMeasurement } from './log.ts';

const MAIN_US_MAX = 1;
/** With more, a second core gains less than nine tenths. */
const MAIN_SHARE_MAX = 0.053;
const SPEED_UP_MIN = 1.8;
const PER_SECOND_MIN = 110_000;

export function logAimLines(measurements: readonly LogMeasurement[]): readonly string[] {
  const of = (workers: number): LogMeasurement | undefined =>
    measurements.find((row) => row.way === 'sections' && row.workers === workers);
  const [one, two] = [of(1), of(2)];
  if (one === undefined || two === undefined) return [];
  const lines: string[] = [];
  if (two.mainUs !== null) {
    const main = two.mainUs.median;
    const share = main / (two.allUs.median - main);
    lines.push(
      aim(
        'CPU of the calling thread',
        main <= MAIN_US_MAX,
        `${main.toFixed(2)} us a message`,
        `at most ${MAIN_US_MAX}`,
      ),
      aim(
        'that to a worker',
        share <= MAIN_SHARE_MAX,
        `${(share * 100).toFixed(1)} %`,
        `at most ${MAIN_SHARE_MAX * 100}`,
      ),
    );
  }
  const speedUp = one.wallUs.median / two.wallUs.median;
  const perSecond = 1e6 / two.wallUs.median;
  return [
    ...lines,
    aim('two workers to one', speedUp >= SPEED_UP_MIN, `${speedUp.toFixed(2)}x`, `at least ${SPEED_UP_MIN}`),
    aim('from the file', perSecond >= PER_SECOND_MIN, `${perSecond.toFixed(0)}/s`, `at least ${PER_SECOND_MIN}`),
  ];
}

function aim(what: string, isMet: boolean, reached: string, wanted: string): string {
  return `${isMet ? 'met' : 'MISSED'}: ${what}: ${reached}, ${wanted} wanted`;
}
