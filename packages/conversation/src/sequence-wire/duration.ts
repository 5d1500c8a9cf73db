/** xs:duration, as far as it says a number of milliseconds: wsrm:Expires. */
import type { Tape } from '@parley/codec';
import { structureInvalid, trimmedText } from '@parley/engine/internal';

const DURATION = /^P(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d{1,9})\d*)?S)?)?$/;
const DURATION_BYTES_MAX = 64;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** Longer than any context lives. */
const DURATION_MS_MAX = 100 * 366 * DAY_MS;

/**
 * How long `element` says that something lives; `undefined` for PT0S, which is for ever (WS-RM 1.2 §3.4).
 * @throws Fault `peer.structure-invalid` no such duration, or one of years and months, which have no length; `peer.limit-value`
 */
export function readDuration(tape: Tape, element: number): number | undefined {
  const text = trimmedText(tape, element, 'wsrm:Expires', DURATION_BYTES_MAX, 'textBytesMax');
  const [whole, days = '0', hours = '0', minutes = '0', seconds = '0', fraction = ''] = DURATION.exec(text) ?? [];
  if (whole === undefined || whole === 'P') throw structureInvalid(tape, element, 'no xs:duration of a certain length');
  const lengthMs =
    Number(days) * DAY_MS +
    Number(hours) * HOUR_MS +
    Number(minutes) * MINUTE_MS +
    Number(seconds) * 1000 +
    Math.trunc(Number(fraction.padEnd(3, '0').slice(0, 3)));
  if (lengthMs > 0) return Math.min(lengthMs, DURATION_MS_MAX);
  // safety: what is shorter than we count is not for ever.
  return /[1-9]/.test(text) ? 1 : undefined;
}

/** `lengthMs` as xs:duration; PT0S is for ever. */
export function durationText(lengthMs: number | undefined): string {
  if (lengthMs === undefined) return 'PT0S';
  const seconds = Math.floor(lengthMs / 1000);
  const rest = Math.floor(lengthMs % 1000);
  return `PT${seconds}${rest === 0 ? '' : `.${String(rest).padStart(3, '0')}`}S`;
}
